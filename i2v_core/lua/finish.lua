-- A run ends its job, COMPLETED or FAILED.
-- KEYS job   ARGV events, id, run, now (s), retention (s), fields as JSON (state and what belongs to it)
-- Answers 1, or 0 if the run does not own the job any more.
if not owns(KEYS[1], ARGV[3]) then return 0 end
conclude(KEYS[1], ARGV[1], ARGV[2], ARGV[4], ARGV[5], cjson.decode(ARGV[6]))
return 1
