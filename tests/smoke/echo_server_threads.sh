# Connections live on several threads, and nobody can tell.
. "$(dirname "$0")/prelude.sh"

threads() {  # threads: how many of the server's threads have hubs beside the main one
  count=0
  for name in /proc/"$server"/task/*/comm; do
    case $(cat "$name") in gnet-[0-9]*) count=$((count + 1)) ;; esac
  done
  echo "$count"
}


# Everything comes back, events are whole lines, and the sums are right.
start echo-server -p 0 -4 --threads 3 --json
same "$(threads)" 2
same "$(peer echo "127.0.0.1:$port" 300)" 300
expect 0 gnet echo-client --connections 20 -n 50 -s 1000 -i 0 "127.0.0.1:$port"
hold 7
await_active 7
await server.err '"accepted":327,"refused":0,"active":7,"rx_bytes":1002597,"tx_bytes":1002597,'
stop TERM
same "$status" 0
same "$(grep -c '"event":"accept"' server.out)" 327
same "$(grep -c '"event":"close"' server.out)" 327
same "$(grep -vc '^{.*}$' server.out)" 0
contains server.out '"event":"drain","left":7'
same "$(tail -n 1 server.out | sed 's/.*"event"/"event"/')" '"event":"stopped","cut":0}'
same "$(sed -n 's/.*"accept","id":\([0-9]*\).*/\1/p' server.out | sort -u | wc -l)" 327

# The list of connections has those of all threads.
: > server.err
start echo-server -p 0 -4 --threads 3 -v
hold 5
await_active 5
tries=0  # each line is written by itself, so the last ones may be on their way
until [ "$(grep -A5 ", 5 active" server.err | grep -c "^  #[0-9]* 127.0.0.1:[0-9]* open, 1 B in, 1 B out$")" -ge 5 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 2000 ] || fail "not all 5 connections are listed"
done
stop QUIT
same "$status" 131

# Those that go on are cut, on each thread.
start echo-server -p 0 -4 --threads 3 --mode chargen --drain-timeout 200ms
hold 8
stop TERM
same "$status" 10
await server.err "cut 8 connections that did not end within 200ms"

: > server.err
start echo-server -p 0 -4 --threads 3 --mode chargen --drain-timeout 1h
hold 3
kill -TERM "$server"
await server.err "draining 3 connections"
stop TERM
same "$status" 143

# A reset, not an end.
start echo-server -p 0 -4 --threads 2
peer fate "127.0.0.1:$port" 4 > fates &
fates=$!
await fates "4 open"
stop QUIT
wait "$fates"
contains fates "4 reset, 0 ended"

# Limits hold over all threads.
: > server.err
start echo-server -p 0 -4 --threads 3 --max-connections 4
hold 3
for i in 1 2 3; do same "$(peer drip "127.0.0.1:$port" 2)" 12; done
expect 0 gnet echo-client --connections 6 -n 2 -i 0 "127.0.0.1:$port"
start echo-server -p 0 -4 --threads 3 --max-accepts 5
same "$(peer echo "127.0.0.1:$port" 5)" 5
finish
same "$status" 0
: > server.err
start echo-server -p 0 -4 --threads 3 --max-per-ip 2
hold 2
same "$(printf hello | peer pipe "127.0.0.1:$port" 2> /dev/null)" ""

# Connections that last longer than --idle-exit put it off, and no more than that.
begun=$(date +%s)
start echo-server -p 0 -4 --threads 3 --idle-timeout 1200ms --idle-exit 1s
peer fate "127.0.0.1:$port" 5 > fates
contains fates "0 reset, 5 ended"
finish
same "$status" 0
[ $(($(date +%s) - begun)) -lt 30 ] || fail "--idle-exit was forgotten"

# Those who share 30K a second: the first 30K are free, the others take a second.
start echo-server -p 0 -4 --threads 2 --rate-limit-total 30K
begun=$(date +%s%N)
expect 0 gnet echo-client --connections 3 -n 2 -s 10K -i 0 "127.0.0.1:$port"
took=$((($(date +%s%N) - begun) / 1000000))
[ "$took" -ge 600 ] || fail "60K at 30K a second took $took ms"

# One is none beside the first.
start echo-server -p 0 -4 --threads 1
same "$(threads)" 0
same "$(peer echo "127.0.0.1:$port" 50)" 50
stop TERM
same "$status" 0
expect 2 gnet echo-server -p 0 --threads 0
contains err "--threads must be from 1 to 1024"

# All of it starts after the fork, and without being asked for, on each core.
port=$(gnet echo-server -p 0 -4 -D --print-port --pid-file pid --threads 3 --for "$life" 2> daemon.err)
server=$(cat pid)
started="$started $server"
same "$(threads)" 2
same "$(peer echo "127.0.0.1:$port" 50)" 50
kill -TERM "$server"
start echo-server -p 0 -4
same "$(threads)" "$(($(nproc) - 1))"
