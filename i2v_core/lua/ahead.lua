-- How many stand before a picture that this flow would upload now, those being made included.
-- ARGV flow
return redis.call('ZCOUNT', QUEUE, '-inf', '(' .. precisely(next_round(ARGV[1]) + 1))
