-- Puts a new signing secret before those that there are, and tells every process.
-- KEYS the secrets
-- ARGV the new one, now (s), s that an old one is kept for (0: they are forgotten), channel
-- Answers how many old ones are kept. The form of the text is in `i2v_core/signing.py`.
local text, kept = ARGV[1], 0
for word in string.gmatch(redis.call('GET', KEYS[1]) or '', '%S+') do
  local secret, retired = string.match(word, '^([^@]+)@?(%d*)$')
  if retired == '' then retired = ARGV[2] end
  if tonumber(retired) > ARGV[2] - ARGV[3] then
    text, kept = text .. ' ' .. secret .. '@' .. retired, kept + 1
  end
end
redis.call('SET', KEYS[1], text)
redis.call('PUBLISH', ARGV[4], cjson.encode({ type = 'secret' }))
return kept
