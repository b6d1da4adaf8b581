-- A link by which others may watch the video of a job of the viewer, until then and never longer than the job lives.
-- KEYS job, the job's links, the link, its digest by its id
-- ARGV id, job's id, viewer, digest, now (ms), until (ms), links a job may have
-- Answers { 'ok', when it ends (ms) }, { 'missing' }, { 'full' }, or { the job's state } if it has no whole video.
local held = redis.call('HMGET', KEYS[1], 'viewer', 'state', 'expires_at')
if held[1] ~= ARGV[3] then return { 'missing' } end
if held[2] ~= 'COMPLETED' then return { held[2] } end
local known, count = redis.call('HGETALL', KEYS[2]), 0
for i = 1, #known, 2 do
  if redis.call('EXISTS', share_link(known[i + 1])) == 0 then
    redis.call('HDEL', KEYS[2], known[i])
  elseif known[i] ~= ARGV[1] then -- not this one: the call may be the same again after a lost answer
    count = count + 1
  end
end
if count >= tonumber(ARGV[7]) then return { 'full' } end
local ends = math.floor(math.min(tonumber(ARGV[6]), tonumber(held[3]) * 1000))
local lives = ends - ARGV[5]
if lives <= 0 then return { 'missing' } end
local ends_at = string.format('%.0f', ends)
redis.call('HSET', KEYS[3], 'id', ARGV[1], 'job', ARGV[2], 'viewer', ARGV[3], 'created_at', ARGV[5], 'expires_at', ends_at)
redis.call('PEXPIRE', KEYS[3], lives)
redis.call('SET', KEYS[4], ARGV[4], 'PX', lives)
redis.call('HSET', KEYS[2], ARGV[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], math.max(1, redis.call('PTTL', KEYS[1])))
return { 'ok', ends_at }
