-- Shared by every script here: reading, changing and announcing a job's document in one atomic step.

local function document(key)
  local fields, map = redis.call('HGETALL', key), {}
  for i = 1, #fields, 2 do map[fields[i]] = fields[i + 1] end
  return map
end

-- Publishes the document as it now stands, so that a subscriber never needs to read it again.
local function announce(key, channel)
  redis.call('PUBLISH', channel, cjson.encode({ type = 'job', job = document(key) }))
end

-- Sets the fields, counts the version up by one and announces.
local function change(key, channel, fields)
  for name, value in pairs(fields) do redis.call('HSET', key, name, value) end
  redis.call('HINCRBY', key, 'version', 1)
  announce(key, channel)
end

-- A call that was made before: the client sends it again when its answer was lost, and must hear the same.
local function call_key(call) return 'i2v:call:' .. call end
local function was_made(call) return redis.call('EXISTS', call_key(call)) == 1 end
local function remember(call) redis.call('SET', call_key(call), 1, 'EX', 60) end

-- Whether the run still owns the job. A worker that lost its lease, or whose job was cancelled, fails this.
local function owns(key, run)
  local held = redis.call('HMGET', key, 'state', 'run')
  return held[1] == 'PROCESSING' and held[2] == run
end

local function job_key(id) return 'i2v:job:' .. id end
local function viewer_jobs(viewer) return 'i2v:viewer:' .. viewer .. ':jobs' end

-- Key of the playbacks that were opened of a job.
local function viewings(id) return 'i2v:viewings:' .. id end

-- Keys of the links to a job (id -> digest of the secret), of one by that digest, and of the digest by the link's id.
local function share_links(id) return 'i2v:shares:' .. id end
local function share_link(digest) return 'i2v:share:' .. digest end
local function share_digest(link_id) return 'i2v:share-digest:' .. link_id end
-- Whether what was opened by a link may go on: the link is neither over nor revoked. What was opened by none may.
local function link_lives(digest) return not digest or digest == '' or redis.call('EXISTS', share_link(digest)) == 1 end

-- Keys beside its document that live as long as the job does.
local function belongings(id) return { viewings(id), share_links(id) } end
local function forget_belongings(id)
  local links = redis.call('HGETALL', share_links(id))
  for i = 1, #links, 2 do redis.call('DEL', share_digest(links[i]), share_link(links[i + 1])) end
  redis.call('DEL', unpack(belongings(id)))
end

-- Takes the job out of the queue with everything that arq keeps of it.
local function leave_queue(key, id)
  leave_line(id, redis.call('HGET', key, 'flow') or '')
  redis.call('DEL', 'arq:job:' .. id, 'arq:retry:' .. id)
end

-- Ends a job: terminal state, times, lifetime, out of the queue.
local function conclude(key, channel, id, now, retention, fields)
  -- One that was asked to be kept for longer and is made again is kept as long all the same.
  local kept = tonumber(redis.call('HGET', key, 'kept_until') or 0)
  local expires = math.max(tonumber(now) + tonumber(retention), kept)
  local lives_ms = math.ceil((expires - now) * 1000)
  fields.finished_at = now
  fields.expires_at = string.format('%.3f', expires)
  fields.stage = ''
  leave_queue(key, id)
  change(key, channel, fields)
  redis.call('PEXPIRE', key, lives_ms)
  for _, other in ipairs(belongings(id)) do redis.call('PEXPIRE', other, lives_ms) end
end

-- Whether another job fits into a viewer's list. Those whose lifetime is over are looked for when it seems full, and not before.
local function has_room(list, bound)
  if redis.call('ZCARD', list) < bound then return true end
  for _, id in ipairs(redis.call('ZRANGE', list, 0, -1)) do
    if redis.call('EXISTS', job_key(id)) == 0 then redis.call('ZREM', list, id) end
  end
  return redis.call('ZCARD', list) < bound
end

local function token_key(digest) return 'i2v:token:' .. digest end
local function viewer_tokens(viewer) return 'i2v:viewer:' .. viewer .. ':tokens' end

-- Lets a key live on for so many ms, unless it does longer already.
local function live_at_least(key, ms)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end
