local id, number, text, format = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local first, last, events = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local pages, errors = ARGV[8], ARGV[9]
local clicks, more_clicks, most_clicks = ARGV[10], tonumber(ARGV[11]), tonumber(ARGV[12])
local most_bytes, most_events, most_duration = tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15])
local ttl, most_total = tonumber(ARGV[16]), tonumber(ARGV[17])
local STORED, DUPLICATE, REFUSED = 0, 1, 2
local session, batches = root .. ':session:' .. id, root .. ':events:' .. id

forget()
local is_new = redis.call('EXISTS', session) == 0
-- Of a session that has expired a moment ago.
if is_new and redis.call('ZSCORE', order, id) then let_go(id) end
if redis.call('HEXISTS', session, 'deleted') == 1 then return REFUSED end
if redis.call('HEXISTS', batches, number) == 1 then return DUPLICATE end

local bytes = #text
if not is_new then
  local known = redis.call('HMGET', session, 'format', 'first', 'last', 'events', 'bytes')
  if known[1] ~= format then return REFUSED end
  first, last = math.min(first, known[2]), math.max(last, known[3])
  events, bytes = events + known[4], bytes + known[5]
end
if bytes > most_bytes or events > most_events or last - first > most_duration then return REFUSED end

local size = #text + 256
local own = tonumber(redis.call('HGET', held, id) or 0)
if own + size > most_total then return REFUSED end
local used = tonumber(redis.call('GET', total) or 0)
while used + size > most_total do
  local oldest = redis.call('ZRANGE', order, 0, 1)
  local other = oldest[1] ~= id and oldest[1] or oldest[2]
  if not other then return REFUSED end
  let_go(other)
  used = tonumber(redis.call('GET', total) or 0)
end

redis.call('HSET', session, 'format', format, 'first', string.format('%.0f', first), 'last', string.format('%.0f', last),
  'events', events, 'bytes', bytes)
redis.call('HINCRBY', session, 'pages', pages)
redis.call('HINCRBY', session, 'errors', errors)
local have_clicks = tonumber(redis.call('HGET', session, 'click_count') or 0)
if have_clicks + more_clicks <= most_clicks then
  redis.call('HSET', session, 'clicks', (redis.call('HGET', session, 'clicks') or '') .. clicks, 'click_count', have_clicks + more_clicks)
end
redis.call('HSET', batches, number, text)
redis.call('HINCRBY', held, id, size)
redis.call('INCRBY', total, size)
if is_new then
  redis.call('ZADD', order, now(), id)
  redis.call('PEXPIRE', session, ttl)
  redis.call('PEXPIRE', batches, ttl)
  -- The newest session is the last to expire.
  for _, key in ipairs({order, held, total}) do redis.call('PEXPIRE', key, ttl) end
end
return STORED
