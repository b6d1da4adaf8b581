-- A new job: our document, arq's job key, its place in the queue and the viewer's list, all or none of them.
-- KEYS job, arq's job key, viewer's jobs, idempotency key (or '')
-- ARGV events, control, id, document as JSON, arq's job, created (ms), lifetime while waiting (ms), flow,
--      bound of a flow's waiting, bound of all, fingerprint of the picture, lifetime of the idempotency key (s),
--      bound of a viewer's jobs
-- Answers { 'ok', id }, { 'same', id of the job that this key has already made }, { 'other', '' } if it has made one of
-- another picture, { 'flow_full', '' }, { 'queue_full', '' } or { 'viewer_full', '' }.
local id = ARGV[3]
if redis.call('EXISTS', KEYS[1]) == 1 then return { 'ok', id } end -- the same call again after a lost answer
if KEYS[4] ~= '' then
  local held = redis.call('HMGET', KEYS[4], 'job', 'fingerprint')
  if held[1] and redis.call('EXISTS', job_key(held[1])) == 1 then
    if held[2] == ARGV[11] then return { 'same', held[1] } end
    return { 'other', '' }
  end
end
if redis.call('ZCARD', flow_key(ARGV[8])) >= tonumber(ARGV[9]) then return { 'flow_full', '' } end
if redis.call('ZCARD', QUEUE) >= tonumber(ARGV[10]) then return { 'queue_full', '' } end
if not has_room(KEYS[3], tonumber(ARGV[13])) then return { 'viewer_full', '' } end

for name, value in pairs(cjson.decode(ARGV[4])) do redis.call('HSET', KEYS[1], name, value) end
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[7])
join_line(id, ARGV[8], ARGV[7])
redis.call('ZADD', KEYS[3], ARGV[6], id)
live_at_least(KEYS[3], tonumber(ARGV[7]))
if KEYS[4] ~= '' then
  redis.call('HSET', KEYS[4], 'job', id, 'fingerprint', ARGV[11])
  redis.call('EXPIRE', KEYS[4], ARGV[12])
  redis.call('HSET', KEYS[1], 'idempotency', KEYS[4]) -- so that it goes with the job
end
announce(KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], cjson.encode({ type = 'enqueued' }))
return { 'ok', id }
