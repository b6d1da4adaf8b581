-- Uses up a ticket: it must exist, be for this playback and segment, and the playback must be this viewer's.
-- KEYS ticket, playback   ARGV playback's id, segment, viewer
-- Answers { job, run }, or nothing. A ticket shown by somebody else is not used up: a thief cannot stop the owner.
local held = redis.call('GET', KEYS[1])
if held ~= ARGV[1] .. '/' .. ARGV[2] then return false end
local playback = redis.call('HMGET', KEYS[2], 'viewer', 'job', 'run')
if playback[1] ~= ARGV[3] then return false end
redis.call('DEL', KEYS[1])
return { playback[2], playback[3] }
