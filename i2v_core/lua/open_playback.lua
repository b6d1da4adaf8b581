-- A new playback of the viewer; beyond the bound the viewer's oldest ends.
-- KEYS playback, viewer's playbacks
-- ARGV prefix of playback keys, id, viewer, job, run, now (s), lifetime (s), bound
redis.call('HSET', KEYS[1], 'id', ARGV[2], 'viewer', ARGV[3], 'job', ARGV[4], 'run', ARGV[5], 'created_at', ARGV[6])
redis.call('PEXPIRE', KEYS[1], math.floor(ARGV[7] * 1000))
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[6] - ARGV[7])
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[2])
redis.call('PEXPIRE', KEYS[2], math.floor(ARGV[7] * 1000))
local excess = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[8])
if excess > 0 then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, excess - 1)) do
    redis.call('DEL', ARGV[1] .. id)
    redis.call('ZREM', KEYS[2], id)
  end
end
return 1
