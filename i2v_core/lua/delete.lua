-- Deletes jobs of the viewer with every key of them; one that runs is cancelled by it.
-- KEYS viewer's jobs   ARGV events, control, viewer, a word for this call, ids...
-- Answers the ids of those that are gone by it: not those that are unknown or another viewer's.
if was_made(ARGV[4]) then return cjson.decode(redis.call('GET', call_key(ARGV[4]))) end
local gone = {}
for i = 5, #ARGV do
  local id = ARGV[i]
  local held = redis.call('HMGET', job_key(id), 'state', 'viewer', 'idempotency')
  if held[2] == ARGV[3] then
    leave_queue(job_key(id), id)
    forget_belongings(id)
    if held[3] and redis.call('HGET', held[3], 'job') == id then redis.call('DEL', held[3]) end
    redis.call('DEL', job_key(id))
    redis.call('ZREM', KEYS[1], id)
    redis.call('PUBLISH', ARGV[1], cjson.encode({ type = 'deleted', id = id, viewer = ARGV[3] }))
    if held[1] == 'PROCESSING' then redis.call('PUBLISH', ARGV[2], cjson.encode({ type = 'cancel', id = id })) end
    gone[#gone + 1] = id
  end
end
-- What was answered is kept with the word; an empty list would be read as an object.
if #gone > 0 then redis.call('SET', call_key(ARGV[4]), cjson.encode(gone), 'EX', 60) end
return gone
