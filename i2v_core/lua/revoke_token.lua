-- Ends a token, and tells every process, which ends what was opened with it.
-- KEYS list of the viewer's tokens
-- ARGV id of the token, channel
-- Answers 1, or 0 if the viewer has no such token.
local digest = redis.call('HGET', KEYS[1], ARGV[1])
if not digest then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('DEL', token_key(digest)) == 0 then return 0 end
redis.call('PUBLISH', ARGV[2], cjson.encode({ type = 'token_revoked', id = ARGV[1] }))
return 1
