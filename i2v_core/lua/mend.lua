-- Makes jobs agree with their documents: the queue, the flow's list, the viewer's list and arq's record.
-- ARGV lifetime while waiting (ms), then of each job its id and arq's record of it as if it had been made at 0
-- Answers how many needed it.
local lifetime = ARGV[1]

-- Whether arq has the record that we would write, whatever its time. One that it cannot read, or of another function, it
-- would take up and give back without end.
local function is_good(id, record)
  local held = redis.pcall('GET', 'arq:job:' .. id) -- an error if it is no text at all: as bad
  return type(held) == 'string' and string.gsub(held, '"et": %d+', '"et": 0') == record
end

local function mend(id, record)
  local key, changed = job_key(id), 0
  local held = redis.call('HMGET', key, 'state', 'flow', 'viewer', 'created_at')
  local flow, viewer, created = held[2] or '', held[3], tonumber(held[4])
  if held[1] == 'QUEUED' or held[1] == 'PROCESSING' then
    if not redis.call('ZSCORE', QUEUE, id) then
      join_line(id, flow, lifetime)
      changed = 1
    end
    local waits = redis.call('ZSCORE', flow_key(flow), id)
    if held[1] == 'QUEUED' and not waits then
      wait_again(id, flow, lifetime)
      changed = 1
    elseif held[1] == 'PROCESSING' and waits then
      redis.call('ZREM', flow_key(flow), id)
      changed = 1
    end
    if not is_good(id, record) then
      redis.call('SET', 'arq:job:' .. id, record, 'PX', lifetime)
      changed = 1
    end
  else
    changed = redis.call('ZREM', QUEUE, id) + redis.call('ZREM', flow_key(flow), id) + redis.call('DEL', 'arq:job:' .. id)
  end
  -- What is not in its owner's list is there, and nobody sees it.
  if viewer and created and not redis.call('ZSCORE', viewer_jobs(viewer), id) then
    redis.call('ZADD', viewer_jobs(viewer), string.format('%.0f', math.floor(created * 1000)), id)
    live_at_least(viewer_jobs(viewer), redis.call('PTTL', key))
    changed = 1
  end
  return changed > 0 and 1 or 0
end

local mended = 0
for i = 2, #ARGV, 2 do mended = mended + mend(ARGV[i], ARGV[i + 1]) end
return mended
