-- A job of the viewer that has ended lives on until then, with everything that belongs to it. It never lives shorter by it.
-- KEYS job, viewer's jobs   ARGV events, id, viewer, until (s), now (s)
-- Answers 'ok', 'missing' (unknown, or another viewer's) or 'not_over'.
local held = redis.call('HMGET', KEYS[1], 'viewer', 'state', 'expires_at')
if held[1] ~= ARGV[3] then return 'missing' end
if held[2] == 'QUEUED' or held[2] == 'PROCESSING' then return 'not_over' end
if tonumber(held[3]) >= tonumber(ARGV[4]) then return 'ok' end
local lives_ms = math.ceil((ARGV[4] - ARGV[5]) * 1000)
redis.call('PEXPIRE', KEYS[1], lives_ms)
for _, key in ipairs(belongings(ARGV[2])) do redis.call('PEXPIRE', key, lives_ms) end
live_at_least(KEYS[2], lives_ms)
change(KEYS[1], ARGV[1], { expires_at = ARGV[4], kept_until = ARGV[4] })
return 'ok'
