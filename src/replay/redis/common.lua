-- What stands before each script. Keys, behind the root:
--   :order         ids by when their session began, in microseconds
--   :held          what each session counts for, in bytes
--   :total         the sum of these
--   :session:ID    a session's figures, or that it is deleted
--   :events:ID     its batches by number
local root = KEYS[1]
local order, held, total = root .. ':order', root .. ':held', root .. ':total'

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function let_go(id)
  local bytes = redis.call('HGET', held, id) or 0
  redis.call('DEL', root .. ':session:' .. id, root .. ':events:' .. id)
  redis.call('HDEL', held, id)
  redis.call('ZREM', order, id)
  redis.call('DECRBY', total, bytes)
end

-- Of sessions whose keys have expired by themselves, what is left; not all at once, so that nobody waits for it.
local function forget()
  for _, id in ipairs(redis.call('ZRANGE', order, 0, 99)) do
    if redis.call('EXISTS', root .. ':session:' .. id) == 1 then return end
    let_go(id)
  end
end

