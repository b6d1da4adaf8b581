-- Deletes a job of the viewer with every key of it; one that runs is cancelled by it.
-- KEYS job, viewer's jobs   ARGV events, control, id, viewer, a word for this call
-- Answers 1, or 0 if it is unknown or another viewer's.
if was_made(ARGV[5]) then return 1 end
local held = redis.call('HMGET', KEYS[1], 'state', 'viewer')
if held[2] ~= ARGV[4] then return 0 end
leave_queue(KEYS[1], ARGV[3])
redis.call('DEL', KEYS[1], viewings(ARGV[3]))
remember(ARGV[5])
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('PUBLISH', ARGV[1], cjson.encode({ type = 'deleted', id = ARGV[3], viewer = ARGV[4] }))
if held[1] == 'PROCESSING' then redis.call('PUBLISH', ARGV[2], cjson.encode({ type = 'cancel', id = ARGV[3] })) end
return 1
