-- Keeps the text of an operation and forgets those that were not used for longest, so that at most so many are kept.
-- KEYS: their list, by last use   ARGV: prefix of their keys, hash, text, most, seconds to live
local list, prefix, digest, text, most, seconds = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local now = redis.call('TIME')

redis.call('SET', prefix .. digest, text, 'EX', seconds)
redis.call('ZADD', list, string.format('%.0f', now[1] * 1000000 + now[2]), digest)
redis.call('EXPIRE', list, seconds)
local over = redis.call('ZCARD', list) - most
if over > 0 then
  local oldest = redis.call('ZPOPMIN', list, over)
  for i = 1, #oldest, 2 do redis.call('DEL', prefix .. oldest[i]) end
end
