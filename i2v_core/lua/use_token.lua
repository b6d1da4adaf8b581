-- The token that somebody shows, and that it was used.
-- KEYS the token
-- ARGV now (ms), ms within which a use is not noted again, ms that a token without an end lives unused
-- Answers its fields and values, none if there is no such token.
local fields = redis.call('HGETALL', KEYS[1])
if #fields == 0 then return fields end
local token = {}
for i = 1, #fields, 2 do token[fields[i]] = fields[i + 1] end
if tonumber(token.last_used_at or 0) < ARGV[1] - ARGV[2] then
  redis.call('HSET', KEYS[1], 'last_used_at', ARGV[1])
  if not token.expires_at then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    live_at_least(viewer_tokens(token.viewer), tonumber(ARGV[3]))
  end
end
return fields
