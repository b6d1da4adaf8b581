-- A worker starts the job: a new run, one attempt more.
-- KEYS job, its lease   ARGV events, id, now (s), attempts allowed, retention (s), failure as JSON if they are
-- used up, lifetime while waiting (ms), a word for this call, the worker's token ('' asks for no lease), a lease's lifetime (ms)
-- Answers the run's number, 0 if the job is over, gone or leased to another, -1 if its attempts are used up (it is FAILED now).
-- A worker that slept through its lease comes here as soon as it wakes: it must not take over from whoever has it by now.
local worker = ARGV[9]
local holder = worker ~= '' and redis.call('GET', KEYS[2])
if holder and holder ~= worker then return 0 end
local held = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'run', 'flow', 'begun_by')
-- The same call again after a lost answer: it has begun already, and must not cost another attempt.
if held[1] == 'PROCESSING' and held[5] == ARGV[8] then return tonumber(held[3]) end
if held[1] ~= 'QUEUED' and held[1] ~= 'PROCESSING' then
  leave_queue(KEYS[1], ARGV[2])
  return 0
end
-- One that somebody has damaged is begun like any other: refused here, it would be tried for ever.
local attempt, run = (tonumber(held[2]) or 0) + 1, (tonumber(held[3]) or 0) + 1
if attempt > tonumber(ARGV[4]) then
  conclude(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[5], { state = 'FAILED', failure = ARGV[6], run = run })
  return -1
end
if worker ~= '' then redis.call('SET', KEYS[2], worker, 'PX', ARGV[10]) end
begin_turn(ARGV[2], held[4] or '', ARGV[7])
change(KEYS[1], ARGV[1], {
  state = 'PROCESSING', stage = 'PREPARING', percent = 0, segments = 0, video = '',
  attempt = attempt, run = run, begun_by = ARGV[8], started_at = ARGV[3],
})
return run
