local id = ARGV[1]
local session = root .. ':session:' .. id
local left = redis.call('PTTL', session)
if left <= 0 then return end
let_go(id)
-- What its page still sends is refused until it would have expired.
redis.call('HSET', session, 'deleted', 1)
redis.call('PEXPIRE', session, left)
