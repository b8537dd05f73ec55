# --watchdog, or GNET_WATCHDOG: a server that is not held up is not reported, and counts turns.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -4 -v --watchdog=10s
expect 0 gnet echo-client --watchdog -n 100 -i 0 "127.0.0.1:$port"
kill -USR1 "$server"
await server.err "; ran "
stop
same "$status" 0
! grep -q 'held up' server.err || fail "a server that was idle: $(cat server.err)"

# The environment means the same, and the command line goes before it.
export GNET_WATCHDOG=10s
: > server.err
start echo-server -p 0 -4 -v
kill -USR1 "$server"
await server.err "; ran "
stop
: > server.err
start echo-server -p 0 -4 -v --watchdog=off
kill -USR1 "$server"
await server.err "): running"
stop
! grep -q '; ran ' server.err || fail "it is off: $(cat server.err)"

export GNET_WATCHDOG=sometimes
expect 2 gnet echo-server -p 0
contains err "must be on, off or a duration like 250ms"
