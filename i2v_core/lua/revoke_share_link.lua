-- Ends a link of the viewer. Playbacks that were opened by it get nothing more from this moment on.
-- KEYS the link's digest by its id   ARGV id, viewer, a word for this call
-- Answers 1, or 0 if there is no such link of theirs.
if was_made(ARGV[3]) then return 1 end
local digest = redis.call('GET', KEYS[1])
if not digest then return 0 end
local held = redis.call('HMGET', share_link(digest), 'viewer', 'job')
if held[1] ~= ARGV[2] then return 0 end
redis.call('DEL', share_link(digest), KEYS[1])
redis.call('HDEL', share_links(held[2]), ARGV[1])
remember(ARGV[3])
return 1
