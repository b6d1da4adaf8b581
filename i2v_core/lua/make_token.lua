-- Keeps a new API token, if its viewer has room for one more.
-- KEYS list of the viewer's tokens (id -> digest), the token
-- ARGV tokens a viewer may have, ms that it lives, fields and values of the token...
-- Answers 1, or 0 if there is no room.
local known, count = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #known, 2 do
  if redis.call('EXISTS', token_key(known[i + 1])) == 1 then
    count = count + 1
  else
    redis.call('HDEL', KEYS[1], known[i])
  end
end
if count >= tonumber(ARGV[1]) then return 0 end
local fields = {}
for i = 3, #ARGV do fields[#fields + 1] = ARGV[i] end
redis.call('HSET', KEYS[2], unpack(fields))
redis.call('PEXPIRE', KEYS[2], ARGV[2])
local id, digest = redis.call('HGET', KEYS[2], 'id'), redis.call('HGET', KEYS[2], 'digest')
redis.call('HSET', KEYS[1], id, digest)
live_at_least(KEYS[1], tonumber(ARGV[2]))
return 1
