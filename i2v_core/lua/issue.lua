-- New tickets of a playback, if it is still there and has not used up its share.
-- KEYS playback, then a key for each ticket
-- ARGV tickets a playback may have in all, lifetime (ms), then what each ticket opens
-- Answers 1; 0 if there is no such playback (any more), or if the link that it was opened by is over; -1 if they would be too many. Then no ticket is made.
local held = redis.call('HMGET', KEYS[1], 'issued', 'link')
local issued = held[1]
if not issued or not link_lives(held[2]) then return 0 end
local count = #KEYS - 1
if tonumber(issued) + count > tonumber(ARGV[1]) then return -1 end
redis.call('HINCRBY', KEYS[1], 'issued', count)
for i = 1, count do redis.call('SET', KEYS[i + 1], ARGV[i + 2], 'PX', ARGV[2]) end
return 1
