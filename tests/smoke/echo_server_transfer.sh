# Three million bytes with half-close come back whole, on TCP and on a unix socket.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -4 -U "$work/s.sock"
head -c 3000000 /dev/urandom > sent

peer pipe "127.0.0.1:$port" < sent > received
cmp sent received

peer pipe "$work/s.sock" < sent > received
cmp sent received

# Also through a tiny buffer, and with a slow start.
start echo-server -p 0 -4 --buffer-size 1000 --delay 10us
head -c 100000 sent > part
peer pipe "127.0.0.1:$port" < part > received
cmp part received

# A peer that resets hurts nobody else; SIGTERM during a transfer lets it end.
peer reset "127.0.0.1:$port"
peer pipe "127.0.0.1:$port" < part > received &
transfer=$!
kill -TERM "$server"
wait "$transfer" || :
finish
same "$status" 0
