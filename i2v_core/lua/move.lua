-- The viewer puts a waiting job of theirs before another of theirs, or behind all of them. Only their own change places
-- among each other, and keep between them the places that they have: nobody else waits longer for it, or less.
-- KEYS job   ARGV events, id, viewer, id of the job that it shall stand before ('' for the end)
-- Answers 'ok', 'missing' or 'not_waiting' (either of the two).
local held = redis.call('HMGET', KEYS[1], 'viewer', 'state', 'flow')
if held[1] ~= ARGV[3] then return 'missing' end
if held[2] ~= 'QUEUED' then return 'not_waiting' end
local ids, scores = waiting_of(held[3])
local mine, places, found = {}, {}, ARGV[4] == ''
for i, other in ipairs(ids) do
  if redis.call('HGET', job_key(other), 'viewer') == ARGV[3] then
    places[#places + 1] = scores[i]
    if other == ARGV[4] then
      mine[#mine + 1] = ARGV[2]
      found = true
    end
    if other ~= ARGV[2] then mine[#mine + 1] = other end
  end
end
if ARGV[4] == ARGV[2] then return 'ok' end
if not found then return 'not_waiting' end
if ARGV[4] == '' then mine[#mine + 1] = ARGV[2] end
reassign(held[3], mine, places)
for _, other in ipairs(mine) do change(job_key(other), ARGV[1], {}) end
return 'ok'
