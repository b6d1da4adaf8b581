-- Uses up a ticket: it must exist, be for this playback and segment, and the playback must be this viewer's;
-- and if it was opened by a link, that must not be over.
-- KEYS ticket, playback   ARGV playback's id, segment, viewer
-- Answers the playback's fields, or nothing. A ticket shown by somebody else is not used up: a thief cannot stop the owner.
local held = redis.call('GET', KEYS[1])
if held ~= ARGV[1] .. '/' .. ARGV[2] then return false end
local opened = redis.call('HMGET', KEYS[2], 'viewer', 'link')
if opened[1] ~= ARGV[3] or not link_lives(opened[2]) then return false end
redis.call('DEL', KEYS[1])
return redis.call('HGETALL', KEYS[2])
