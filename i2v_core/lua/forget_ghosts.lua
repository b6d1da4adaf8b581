-- Takes jobs out of a flow's list unless they wait.
-- KEYS the flow's list   ARGV ids
-- Answers how many were taken out.
local gone = 0
for _, id in ipairs(ARGV) do
  if redis.call('HGET', job_key(id), 'state') ~= 'QUEUED' then gone = gone + redis.call('ZREM', KEYS[1], id) end
end
return gone
