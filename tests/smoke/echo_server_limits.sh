# Whom a server serves, and for how long.
. "$(dirname "$0")/prelude.sh"

# One connection, then the end.
start echo-server -p 0 -4 --once
same "$(printf hello | peer pipe "127.0.0.1:$port")" hello
finish
same "$status" 0

start echo-server -p 0 -4 --max-accepts 3
for i in 1 2 3; do peer drip "127.0.0.1:$port" 1 > /dev/null; done
finish
same "$status" 0

start echo-server -p 0 -4 --idle-exit 100ms
finish
same "$status" 0

start echo-server -p 0 -4 --read-deadline 100ms
same "$(peer wait "127.0.0.1:$port")" closed

start echo-server -p 0 -4 --idle-timeout 100ms
same "$(peer wait "127.0.0.1:$port")" closed

# Networks.
start echo-server -p 0 -4 --deny 127.0.0.0/8
same "$(printf hello | peer pipe "127.0.0.1:$port" 2> /dev/null)" ""
start echo-server -p 0 -4 --allow 127.0.0.1 --deny 0.0.0.0/0
same "$(printf hello | peer pipe "127.0.0.1:$port")" hello

# Two at a time: the third waits until there is room, and is served then.
start echo-server -p 0 -4 --max-connections 2
same "$(peer drip "127.0.0.1:$port" 2)" 12
expect 0 gnet echo-client --connections 2 -n 3 -i 0 "127.0.0.1:$port"

# 64 descriptors and 200 clients: all are served in the end.
limited=$(ulimit -n)
ulimit -S -n 64
start echo-server -p 0 -4
ulimit -S -n "$limited"
expect 0 gnet echo-client --connections 200 -n 1 -i 0 "127.0.0.1:$port"
