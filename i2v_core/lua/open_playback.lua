-- A new playback of the viewer, numbered among those of its job and noted as a viewing; beyond the bound the viewer's
-- oldest playback ends.
-- KEYS job, playback, viewer's playbacks, viewings of the job
-- ARGV prefix of playback keys, id, viewer, run, now (s), lifetime (s), bound, viewings kept, fields as JSON
-- Answers the number (from 0), or -1 if the job is gone, another viewer's, or not in that run any more.
local job = redis.call('HMGET', KEYS[1], 'viewer', 'run')
if job[1] ~= ARGV[3] or job[2] ~= ARGV[4] then return -1 end
local number = redis.call('HINCRBY', KEYS[1], 'playbacks', 1) - 1

redis.call('LPUSH', KEYS[4], cjson.encode({ number = number, playback = ARGV[2], viewer = ARGV[3], run = tonumber(ARGV[4]), at = tonumber(ARGV[5]) }))
redis.call('LTRIM', KEYS[4], 0, ARGV[8] - 1)
redis.call('PEXPIRE', KEYS[4], math.max(1, redis.call('PTTL', KEYS[1])))

for name, value in pairs(cjson.decode(ARGV[9])) do redis.call('HSET', KEYS[2], name, value) end
redis.call('HSET', KEYS[2], 'number', number)
redis.call('PEXPIRE', KEYS[2], math.floor(ARGV[6] * 1000))

redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[5] - ARGV[6])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[2])
redis.call('PEXPIRE', KEYS[3], math.floor(ARGV[6] * 1000))
local excess = redis.call('ZCARD', KEYS[3]) - tonumber(ARGV[7])
if excess > 0 then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[3], 0, excess - 1)) do
    redis.call('DEL', ARGV[1] .. id)
    redis.call('ZREM', KEYS[3], id)
  end
end
return number
