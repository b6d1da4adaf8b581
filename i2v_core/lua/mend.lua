-- Makes a job's entries agree with its document.
-- KEYS job   ARGV id, arq's job (if there is a document), lifetime while waiting (ms)
-- Answers 1 if anything was changed.
local id, changed = ARGV[1], 0
local held = redis.call('HMGET', KEYS[1], 'state', 'flow')
local flow = held[2] or ''
if held[1] == 'QUEUED' or held[1] == 'PROCESSING' then
  if not redis.call('ZSCORE', QUEUE, id) then
    join_line(id, flow, ARGV[3])
    changed = 1
  end
  local waits = redis.call('ZSCORE', flow_key(flow), id)
  if held[1] == 'QUEUED' and not waits then
    wait_again(id, flow, ARGV[3])
    changed = 1
  elseif held[1] == 'PROCESSING' and waits then
    redis.call('ZREM', flow_key(flow), id)
    changed = 1
  end
  if redis.call('SET', 'arq:job:' .. id, ARGV[2], 'PX', ARGV[3], 'NX') then changed = 1 end
else
  changed = redis.call('ZREM', QUEUE, id) + redis.call('ZREM', flow_key(flow), id) + redis.call('DEL', 'arq:job:' .. id)
end
return changed > 0 and 1 or 0
