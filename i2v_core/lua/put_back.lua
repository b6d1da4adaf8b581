-- A worker that is told to stop puts its job back: first in its place as before, and the attempt is not used up.
-- KEYS job   ARGV events, run, id, lifetime while waiting (ms)
-- Answers 1, or 0 if the run does not own the job any more.
if not owns(KEYS[1], ARGV[2]) then return 0 end
wait_again(ARGV[3], redis.call('HGET', KEYS[1], 'flow') or '', ARGV[4])
change(KEYS[1], ARGV[1], {
  state = 'QUEUED', stage = '', percent = 0, segments = 0, video = '', started_at = '',
  attempt = tonumber(redis.call('HGET', KEYS[1], 'attempt')) - 1,
})
return 1
