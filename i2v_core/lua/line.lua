-- The line in one read: who waits, in order, and what each slot is doing.
-- KEYS queue, slots, paused   ARGV prefix of job keys, now (s), seconds without a sign of life after which a slot is gone
-- Answers { ids in the queue in order, slots as JSON in the order of their names, percent of each slot's job, whose job it
-- is, 1 if paused }.
local slots, percents, viewers, names, held = {}, {}, {}, {}, {}
local entries = redis.call('HGETALL', KEYS[2])
for i = 1, #entries, 2 do
  names[#names + 1] = entries[i]
  held[entries[i]] = entries[i + 1]
end
table.sort(names)
for _, name in ipairs(names) do
  local slot = cjson.decode(held[name])
  if tonumber(ARGV[2]) - slot.seen <= tonumber(ARGV[3]) then
    local job = slot.job ~= '' and redis.call('HMGET', ARGV[1] .. slot.job, 'percent', 'viewer') or {}
    slots[#slots + 1] = held[name]
    percents[#percents + 1] = job[1] or '0'
    viewers[#viewers + 1] = job[2] or ''
  else
    redis.call('HDEL', KEYS[2], name)
  end
end
return { redis.call('ZRANGE', KEYS[1], 0, -1), slots, percents, viewers, redis.call('EXISTS', KEYS[3]) }
