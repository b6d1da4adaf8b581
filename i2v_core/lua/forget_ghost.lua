-- Takes a job out of its flow's list unless it waits.
-- KEYS job, the flow's list   ARGV id
-- Answers how many were taken out.
if redis.call('HGET', KEYS[1], 'state') == 'QUEUED' then return 0 end
return redis.call('ZREM', KEYS[2], ARGV[1])
