-- A job of the viewer that FAILED or was CANCELLED is made again, at the end of its flow, with all its attempts.
-- KEYS job, arq's job key, viewer's jobs
-- ARGV events, control, id, viewer, flow, arq's job, lifetime while waiting (ms), bound of a flow's waiting, bound of all,
-- a word for this call
-- Answers 'ok', 'missing', 'not_over' (it waits, runs or has its video), 'flow_full' or 'queue_full'.
if was_made(ARGV[10]) then return 'ok' end
local held = redis.call('HMGET', KEYS[1], 'state', 'viewer')
if held[2] ~= ARGV[4] then return 'missing' end
if held[1] ~= 'FAILED' and held[1] ~= 'CANCELLED' then return 'not_over' end
if redis.call('ZCARD', flow_key(ARGV[5])) >= tonumber(ARGV[8]) then return 'flow_full' end
if redis.call('ZCARD', QUEUE) >= tonumber(ARGV[9]) then return 'queue_full' end
remember(ARGV[10])
live_at_least(KEYS[1], tonumber(ARGV[7]))
live_at_least(KEYS[3], tonumber(ARGV[7]))
redis.call('SET', KEYS[2], ARGV[6], 'PX', ARGV[7])
join_line(ARGV[3], ARGV[5], ARGV[7])
change(KEYS[1], ARGV[1], {
  state = 'QUEUED', flow = ARGV[5], stage = '', percent = 0, segments = 0, video = '', attempt = 0,
  started_at = '', finished_at = '', expires_at = '', failure = '',
})
redis.call('PUBLISH', ARGV[2], cjson.encode({ type = 'enqueued' }))
return 'ok'
