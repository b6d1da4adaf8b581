-- May this flow send another picture now? Asked before its bytes are read, so that a refusal costs nobody anything.
-- (`enqueue` asks once more for the bounds of the line and of the viewer, in the step that would cross them.)
-- KEYS uploads under way, uploads lately of the flow and of the viewer (the same where a viewer is a flow), the viewer's jobs
--      ('' if there will be none more)
-- ARGV flow, token of this upload, now (ms), bound of a flow's waiting, bound of all, uploads under way at most,
--      ms after which one under way is given up, uploads a minute at most, bound of a viewer's jobs
-- Answers { 'ok', 0 }, or what is full and the ms until it is worth asking again (0: when a job of the flow begins).
local now = tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[7])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[6]) then return { 'in_flight', 1000 } end
for _, lately in ipairs({ KEYS[2], KEYS[3] }) do
  redis.call('ZREMRANGEBYSCORE', lately, '-inf', now - 60000)
  if redis.call('ZCARD', lately) >= tonumber(ARGV[8]) then
    local oldest = redis.call('ZRANGE', lately, 0, 0, 'WITHSCORES')[2]
    return { 'rate', math.max(1, tonumber(oldest) + 60000 - now) }
  end
end
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
for _, lately in ipairs({ KEYS[2], KEYS[3] }) do
  redis.call('ZADD', lately, now, ARGV[2])
  redis.call('PEXPIRE', lately, 60000)
end
if redis.call('ZCARD', flow_key(ARGV[1])) >= tonumber(ARGV[4]) then return { 'flow_full', 0 } end
if redis.call('ZCARD', QUEUE) >= tonumber(ARGV[5]) then return { 'queue_full', 0 } end
if KEYS[4] ~= '' and not has_room(KEYS[4], tonumber(ARGV[9])) then return { 'viewer_full', 0 } end
return { 'ok', 0 }
