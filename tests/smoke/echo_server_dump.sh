# SIGUSR1 and SIGQUIT with -v tell what every fiber is doing.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -4 -v
hold 2
await server.err "echo#2"
kill -USR1 "$server"
await server.err "): running"
await server.err "main (the thread's own): waiting for"
await server.err "; stack "
# As a tree: who was spawned stands below who did it.
grep -q '^  [^ ].*(spawned at ' server.err || fail "no tree: $(cat server.err)"
grep -q '; stack [0-9]*K of [0-9]*K$' server.err || fail "no stacks: $(cat server.err)"
stop

: > server.err
start echo-server -p 0 -4 -v
hold 2
await server.err "echo#2"
stop QUIT
same "$status" 131
await server.err "main (the thread's own): waiting for"
same "$(grep -c '(spawned at listen.cpp:[0-9]*): waiting for' server.err)" 3
await server.err "): running"

# Without -v it says nothing.
: > server.err
start echo-server -p 0 -4
stop QUIT
same "$status" 131
same "$(grep -c spawned server.err)" 0
