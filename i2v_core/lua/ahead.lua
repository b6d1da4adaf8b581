-- How many stand before a picture that each of these flows would upload now, those being made included.
-- ARGV flows
local counts = {}
for i, flow in ipairs(ARGV) do
  counts[i] = redis.call('ZCOUNT', QUEUE, '-inf', '(' .. precisely(next_round(flow) + 1))
end
return counts
