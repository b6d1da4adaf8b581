-- A new job: our document, arq's job key, arq's queue entry and the viewer's list, all or none of them.
-- KEYS job, arq's job key, queue, viewer's jobs, sequence
-- ARGV events, control, id, document as JSON, arq's job, created (ms), lifetime while waiting (ms)
--
-- THE ORDER OF THE QUEUE IS DECIDED HERE and nowhere else: arq runs jobs by score, and the score is a number that
-- only rises, so first come is first served. Not the clock, for two reasons: arq runs jobs of the same
-- millisecond in the order of their random ids, and a clock that is set back would let latecomers pass.
-- (arq skips a score of 0 and any above its clock in ms, 1.7e12; a counter from 1 stays between them.)
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end -- the same call again after a lost answer
for name, value in pairs(cjson.decode(ARGV[4])) do redis.call('HSET', KEYS[1], name, value) end
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[7])
redis.call('ZADD', KEYS[3], redis.call('INCR', KEYS[5]), ARGV[3])
redis.call('ZADD', KEYS[4], ARGV[6], ARGV[3])
redis.call('PEXPIRE', KEYS[4], ARGV[7])
announce(KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], cjson.encode({ type = 'enqueued' }))
return 1
