-- A run ends its job, COMPLETED or FAILED.
-- KEYS job   ARGV events, id, run, now (s), retention (s), fields as JSON (state and what belongs to it)
-- Answers 1, or 0 if the run does not own the job any more. The same call again after a lost answer is answered 1: a run
-- that was told that it had lost the job would remove the video that it has just completed.
local wanted = cjson.decode(ARGV[6])
local held = redis.call('HMGET', KEYS[1], 'state', 'run')
if held[1] == wanted.state and held[2] == ARGV[3] then return 1 end
if not owns(KEYS[1], ARGV[3]) then return 0 end
conclude(KEYS[1], ARGV[1], ARGV[2], ARGV[4], ARGV[5], wanted)
return 1
