# How the programs of gnet exec-server end: clients that leave, a server that stops, children that
# do not listen, and what they have started.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

ws() {
  place=$1
  shift
  perl "$here/ws_peer.pl" "127.0.0.1:$port$place" "$@" 8>&-
}
gone() { # PID: waits until there is no such process, or one that nobody has asked for its status yet
  while [ -e "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2> /dev/null; do :; done
}

# A client that leaves is noticed at once, and what it had goes by steps, with all it has started.
start exec-server ws-l://127.0.0.1:0 --kill-after 50ms --json \
  --sh 'trap "" TERM; sleep 60 & echo $! > inner; echo $$ > outer; echo up; while :; do sleep 1; done'
ws / -- hear > up
same "$(cat up)" "text up"
gone "$(cat outer)"
gone "$(cat inner)"
await server.out '"signal":9'
stop
same "$status" 0

# One that resets a TCP connection has gone; its program, once it listens, is told by SIGTERM.
start exec-server tcp-l://127.0.0.1:0 --close TERM --sh 'trap "echo told > told; exit 0" TERM; echo up; while :; do sleep 0.05; done'
peer reset "127.0.0.1:$port" heard
await told told
stop

# What holds the output open when the program has ended is not waited for for ever.
start exec-server tcp-l://127.0.0.1:0 --kill-after 100ms --idle-timeout 20s --sh 'sleep 60 & echo bye'
same "$(peer pipe "127.0.0.1:$port" < /dev/null)" bye
stop
same "$status" 0

# 40 clients, a quarter of whose programs ignore SIGTERM: all end within the drain time.
start exec-server "unix-l://$work/many.sock" --max-procs 100 --drain-timeout 10s --drain-quiet 100ms --kill-after 500ms --json \
  --sh '[ $((GNET_SESSION % 4)) = 0 ] && trap "" TERM; echo up; while :; do sleep 1; done'
i=0
while [ "$i" -lt 40 ]; do
  peer wait "$work/many.sock" > "waiter.$i" &
  started="$started $!"
  i=$((i + 1))
done
await_active 40
stop
same "$status" 0
[ "$(grep -c '"event":"exit"' server.out)" = 40 ] || fail "not all ended: $(grep -c '"event":"exit"' server.out)"
[ "$(grep -c '"signal":9' server.out)" -ge 10 ] || fail "nobody was killed"

# A server that has no descriptors left refuses, and goes on.
(ulimit -n 24 && "$GNET" exec-server ws-l://127.0.0.1:0 --threads 1 --for "$life" --die-with-parent --ready-fd 9 \
  --sh 'echo up; exec cat' 9> ready.few > few.out 2> few.err) &
few=$!
started="$started $few"
until [ -s ready.few ]; do :; done
port=$(expr "$(cat ready.few)" : '.*:\([0-9]*\)')
mkfifo keep && exec 8<> keep
for i in 1 2 3 4 5 6; do
  ws / -- hear end > "few.$i" 2> /dev/null &
  started="$started $!"
done
tries=0
until cat few.1 few.2 few.3 few.4 few.5 few.6 2> /dev/null | grep -q "close 1013"; do
  tries=$((tries + 1))
  [ "$tries" -lt 20000 ] || fail "nobody was refused: $(cat few.?; cat few.err)"
done
