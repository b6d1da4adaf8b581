-- THE ORDER OF THE QUEUE IS DECIDED HERE and nowhere else. arq runs jobs by score, lowest first; this makes the scores.
--
-- The rule is start-time fair queueing (Goyal, Vin and Cheng, 1996) with equal weights and one picture as the unit of
-- service. A *flow* is who shares a turn: a viewer, or all anonymous viewers of one client address. Each job has a tag:
--
--     tag = max(virtual time, tag of the flow's job before it + 1)        virtual time = highest tag that was begun
--
-- so a flow's first job stands with those whose turn it is now, its second a round later, its hundredth 99 rounds later.
-- Whoever uploads one picture while somebody else has a hundred in line waits for one of them at most. A flow that has
-- used nothing for a while gets no credit for it: its tag begins at the virtual time, not before.
--
-- Within a round it is first come, first served: the score is the tag plus a fraction that rises with every upload.
-- (A number that is counted, not the clock: arq runs equal scores in the order of their random ids, and a clock that
-- is set back would let latecomers pass. The fraction begins anew every 2^20 uploads; those two may change places.)
-- Everything is O(log n) in the length of the queue; leaving and moving touch the flow's own jobs, which are bounded.
-- arq skips a score of 0 and any above its clock in ms (1.7e12): tags begin at 1, and a century does not reach that.

local QUEUE, VIRTUAL, SEQUENCE = 'i2v:queue', 'i2v:virtual-time', 'i2v:sequence'
local PER_ROUND = 1048576

-- The flow's waiting jobs, with the scores that they have in the queue; what its latest begun job was tagged.
local function flow_key(flow) return 'i2v:flow:' .. flow end
local function begun_key(flow) return 'i2v:begun:' .. flow end

local function virtual_time()
  -- A queue of the version before had whole numbers counted by the sequence: the first round comes after all of them.
  return tonumber(redis.call('GET', VIRTUAL) or redis.call('GET', SEQUENCE) or 0)
end

local function set_virtual_time(round)
  redis.call('SET', VIRTUAL, string.format('%.0f', round))
end

-- The round that a further job of the flow would stand in.
local function next_round(flow)
  local round = math.max(1, virtual_time())
  local last = redis.call('ZREVRANGE', flow_key(flow), 0, 0, 'WITHSCORES')[2]
  if last then round = math.max(round, math.floor(last) + 1) end
  local begun = redis.call('GET', begun_key(flow))
  if begun then round = math.max(round, tonumber(begun) + 1) end
  return round
end

local function precisely(score) return string.format('%.17g', score) end

-- Puts a job at the end of its flow.
local function join_line(id, flow, lifetime_ms)
  local round = next_round(flow)
  if redis.call('EXISTS', VIRTUAL) == 0 then set_virtual_time(round) end
  local arrival = redis.call('INCR', SEQUENCE) % PER_ROUND
  local score = precisely(round + (arrival + 0.5) / PER_ROUND)
  redis.call('ZADD', QUEUE, score, id)
  redis.call('ZADD', flow_key(flow), score, id)
  redis.call('PEXPIRE', flow_key(flow), lifetime_ms)
end

-- The job is begun: its round is what all others are measured by now. (It stays in arq's queue until it ends.)
local function begin_turn(id, flow, lifetime_ms)
  local score = redis.call('ZSCORE', QUEUE, id)
  redis.call('ZREM', flow_key(flow), id)
  if not score then return end
  local round = math.floor(score)
  if round > virtual_time() then set_virtual_time(round) end
  if round > tonumber(redis.call('GET', begun_key(flow)) or 0) then
    redis.call('SET', begun_key(flow), round, 'PX', lifetime_ms)
  end
end

-- The job waits again, in the place that it had.
local function wait_again(id, flow, lifetime_ms)
  local score = redis.call('ZSCORE', QUEUE, id)
  if not score then return join_line(id, flow, lifetime_ms) end
  redis.call('ZADD', flow_key(flow), score, id)
  redis.call('PEXPIRE', flow_key(flow), lifetime_ms)
end

-- Gives the flow's waiting jobs, in the order of `ids`, the scores in the order of `scores`.
local function reassign(flow, ids, scores)
  for i, id in ipairs(ids) do
    redis.call('ZADD', QUEUE, 'XX', scores[i], id)
    redis.call('ZADD', flow_key(flow), scores[i], id)
  end
end

-- The flow's waiting jobs in order, and their scores.
local function waiting_of(flow)
  local held, ids, scores = redis.call('ZRANGE', flow_key(flow), 0, -1, 'WITHSCORES'), {}, {}
  for i = 1, #held, 2 do
    ids[#ids + 1] = held[i]
    scores[#scores + 1] = held[i + 1]
  end
  return ids, scores
end

-- Takes a job out of the line for good. What its flow has waiting behind it moves up: a picture that was taken back has
-- used no service, and must not cost its owner a round.
local function leave_line(id, flow)
  if redis.call('ZSCORE', flow_key(flow), id) then
    local ids, scores = waiting_of(flow)
    local rest = {}
    for _, other in ipairs(ids) do
      if other ~= id then rest[#rest + 1] = other end
    end
    redis.call('ZREM', flow_key(flow), id)
    reassign(flow, rest, scores)
  end
  redis.call('ZREM', QUEUE, id)
end
