-- A new playback of a viewer, numbered among those of its job and noted as a viewing; beyond the bound the viewer's
-- oldest playback ends. The job is the viewer's own, or they have a link to it, which counts how often it was opened.
-- KEYS job, playback, viewer's playbacks, viewings of the job, the link ('' for the viewer's own job)
-- ARGV prefix of playback keys, id, viewer, run, now (s), lifetime (s), bound, viewings kept, fields as JSON
-- Answers the number (from 0), or -1 if the job is gone, not theirs to see (any more), or not in that run any more.
-- The same call again after a lost answer: it is opened, numbered and counted already.
local opened = redis.call('HGET', KEYS[2], 'number')
if opened then return tonumber(opened) end
local job, fields = redis.call('HMGET', KEYS[1], 'viewer', 'run'), cjson.decode(ARGV[9])
if job[2] ~= ARGV[4] then return -1 end
local link = {}
if KEYS[5] ~= '' then
  link = redis.call('HMGET', KEYS[5], 'id', 'viewer', 'job')
  if not link[1] or link[2] ~= job[1] or link[3] ~= fields.job then return -1 end
  redis.call('HINCRBY', KEYS[5], 'opened', 1)
  redis.call('HSET', KEYS[5], 'last_opened_at', ARGV[5])
elseif job[1] ~= ARGV[3] then
  return -1
end
local number = redis.call('HINCRBY', KEYS[1], 'playbacks', 1) - 1

local viewing = { number = number, playback = ARGV[2], viewer = ARGV[3], run = tonumber(ARGV[4]), at = tonumber(ARGV[5]) }
if link[1] then viewing.link = link[1] end
redis.call('LPUSH', KEYS[4], cjson.encode(viewing))
redis.call('LTRIM', KEYS[4], 0, ARGV[8] - 1)
redis.call('PEXPIRE', KEYS[4], math.max(1, redis.call('PTTL', KEYS[1])))

for name, value in pairs(fields) do redis.call('HSET', KEYS[2], name, value) end
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
