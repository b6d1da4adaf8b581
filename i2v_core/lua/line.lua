-- The line in one read: who waits, in order, and what each slot is doing.
-- KEYS queue, slots, paused   ARGV prefix of job keys, now (s), seconds without a sign of life after which a slot is gone
-- Answers { ids in the queue in order, slots as JSON, percent of each slot's job, 1 if paused }.
local slots, percents = {}, {}
local entries = redis.call('HGETALL', KEYS[2])
for i = 1, #entries, 2 do
  local slot = cjson.decode(entries[i + 1])
  if tonumber(ARGV[2]) - slot.seen <= tonumber(ARGV[3]) then
    slots[#slots + 1] = entries[i + 1]
    percents[#percents + 1] = slot.job ~= '' and redis.call('HGET', ARGV[1] .. slot.job, 'percent') or '0'
  else
    redis.call('HDEL', KEYS[2], entries[i])
  end
end
return { redis.call('ZRANGE', KEYS[1], 0, -1), slots, percents, redis.call('EXISTS', KEYS[3]) }
