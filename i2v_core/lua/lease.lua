-- Renews a worker's lease on a job, or gives it up.
-- KEYS arq's in-progress key   ARGV the worker's token, lifetime (ms; 0 gives it up), 'claim' or ''
-- Answers 1, or 0 if another worker holds the lease: then it is left alone.
-- A lease that ran out while Redis was away, and that nobody took, is the old holder's again.
-- `claim` is for the worker that arq has just given the job: it turns arq's mark, a plain 1, into its own token.
local holder = redis.call('GET', KEYS[1])
if ARGV[3] == 'claim' and holder == '1' then holder = ARGV[1] end
if holder and holder ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
elseif holder then
  redis.call('DEL', KEYS[1])
end
return 1
