-- What a viewer's list of jobs is sorted and searched by: a part of the list, oldest first, as one text.
-- KEYS viewer's jobs   ARGV first rank, how many at most
-- Answers { jobs in the list by now, JSON of [id, state, name, created, expires ('' for never)] for each that is there }.
-- Entries whose job's lifetime is over leave the list: the next part begins at the first rank and the rows that came.
local rows = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[1] + ARGV[2] - 1)) do
  local held = redis.call('HMGET', job_key(id), 'state', 'name', 'created_at', 'expires_at')
  if held[1] then
    rows[#rows + 1] = { id, held[1], held[2] or '', held[3], held[4] or '' }
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return { redis.call('ZCARD', KEYS[1]), #rows > 0 and cjson.encode(rows) or '[]' }
