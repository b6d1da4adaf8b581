-- Cancels a job of the viewer. A waiting one leaves the queue; of a running one the worker is told, and its run can
-- change nothing any more from this moment on.
-- KEYS job   ARGV events, control, id, viewer, now (s), retention (s), a word for this call
-- Answers 'ok', 'missing' (unknown, or another viewer's) or 'over'.
if was_made(ARGV[7]) then return 'ok' end
local held = redis.call('HMGET', KEYS[1], 'state', 'viewer')
if held[2] ~= ARGV[4] then return 'missing' end
if held[1] ~= 'QUEUED' and held[1] ~= 'PROCESSING' then return 'over' end
conclude(KEYS[1], ARGV[1], ARGV[3], ARGV[5], ARGV[6], { state = 'CANCELLED' })
remember(ARGV[7])
redis.call('PUBLISH', ARGV[2], cjson.encode({ type = 'cancel', id = ARGV[3] }))
return 'ok'
