-- What a subscriber of all jobs of a viewer has not been told.
-- KEYS viewer's jobs   ARGV the jobs that it knows as JSON of [[id, version], ...], '' if it says nothing of any
-- Answers { unfinished, newer than it knows, ended and not known, known as they are, their versions, gone }: ids, the newest
-- first in each, but as they were given where they are known. Ended ones are told to whoever says what they know: those
-- that were created after the newest known one, or all if there is none.
-- The queue has every unfinished job until it ends, so the ended ones are not looked at to find the others.
local live, is_known, is_live = redis.call('ZINTER', 2, KEYS[1], QUEUE, 'WEIGHTS', 1, 0), {}, {}
local unfinished, newer, ended, same, versions, gone = {}, {}, {}, {}, {}, {}
for i = #live, 1, -1 do
  unfinished[#unfinished + 1] = live[i]
  is_live[live[i]] = true
end
if ARGV[1] ~= '' then
  local newest = '-inf'
  for _, known in ipairs(cjson.decode(ARGV[1])) do
    local id, score = known[1], redis.call('ZSCORE', KEYS[1], known[1])
    local version = score and redis.call('HGET', job_key(id), 'version')
    is_known[id] = true
    if not version then
      gone[#gone + 1] = id
    else
      if newest == '-inf' or tonumber(score) > tonumber(newest) then newest = score end
      if is_live[id] then
        -- It is read in any case: its place may be another.
      elseif tonumber(version) > known[2] then
        newer[#newer + 1] = id
      else
        same[#same + 1] = id
        versions[#versions + 1] = tonumber(version)
      end
    end
  end
  local after = newest == '-inf' and newest or '(' .. newest
  for _, id in ipairs(redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', after)) do
    if not is_known[id] and not is_live[id] then ended[#ended + 1] = id end
  end
end
return { unfinished, newer, ended, same, versions, gone }
