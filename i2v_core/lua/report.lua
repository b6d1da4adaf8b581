-- Progress of a run: any of stage, percent, segments, video. Percent and segments never fall within a run.
-- KEYS job   ARGV events, run, fields as JSON
-- Answers 1, or 0 if the run does not own the job any more.
if not owns(KEYS[1], ARGV[2]) then return 0 end
local fields = cjson.decode(ARGV[3])
for _, name in ipairs({ 'percent', 'segments' }) do
  local held = tonumber(redis.call('HGET', KEYS[1], name) or 0)
  if fields[name] and tonumber(fields[name]) < held then fields[name] = nil end
end
if next(fields) then change(KEYS[1], ARGV[1], fields) end
return 1
