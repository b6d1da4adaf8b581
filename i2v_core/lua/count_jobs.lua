-- How many jobs a viewer has.
-- KEYS viewer's jobs, mark that its entries were looked at   ARGV longest life of the mark (ms)
-- Entries whose job's lifetime is over leave the list. To look at each takes half a millisecond for a thousand, so a mark says
-- that it was done: it lives no longer than the first of them does. One that ends meanwhile lives for the retention from
-- then on, and the mark for no longer than that.
if redis.call('EXISTS', KEYS[2]) == 0 then
  local lives = tonumber(ARGV[1])
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    local left = redis.call('PTTL', job_key(id))
    if left == -2 then
      redis.call('ZREM', KEYS[1], id)
    elseif left >= 0 then
      lives = math.min(lives, left)
    end
  end
  if lives > 0 then redis.call('SET', KEYS[2], 1, 'PX', lives) end
end
return redis.call('ZCARD', KEYS[1])
