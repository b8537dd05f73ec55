# gnet bridge with a left side that listens: clients that come, and how they and the server end.
. "$(dirname "$0")/prelude.sh"

: > server.err
start echo-server -p 0 -4
echo=tcp://127.0.0.1:$port
start ws-echo -p 0 -4
ws=ws://127.0.0.1:$port/

# Clients that come; one that is alone has the status of its pair.
start bridge tcp-l://127.0.0.1:0 "$echo" --json --once
same "$(echo hi | peer pipe "127.0.0.1:$port")" hi
finish
same "$status" 0
contains server.out '"event":"close","id":1,"left":"tcp://127.0.0.1:'
contains server.out "\"right\":\"$echo\",\"rx_bytes\":3,\"tx_bytes\":3,"
contains server.out '"reason":"end"'
start bridge tcp-l://127.0.0.1:0 tcp://127.0.0.1:1 --once
same "$(echo hi | gnet bridge - "tcp://127.0.0.1:$port" 2>&1 | grep -c reset)" 1
finish
same "$status" 5
contains server.err "cannot connect to tcp://127.0.0.1:1: connection refused"

# A PROXY header names who has come, and where to; not the bridge.
start bridge tcp-l://127.0.0.1:0 "$echo" --send-proxy v1 --json --once
header=$(peer pipe "127.0.0.1:$port" < /dev/null | tr -d '\r')
finish
from=$(sed -n 's|.*"left":"tcp://127.0.0.1:\([0-9]*\)".*|\1|p' server.out)
same "$header" "PROXY TCP4 127.0.0.1 127.0.0.1 $from $port"
expect 2 gnet bridge tcp-l://127.0.0.1:0 "$echo" --send-proxy v2 --pool 2
expect 2 gnet bridge tcp-l://127.0.0.1:0 "$echo" --send-proxy v2 --broadcast=drop

# Datagrams have no end: a session that has been silent for a while is over, and not cut.
start bridge udp-l://127.0.0.1:0 "$ws" --drain-timeout 50s
same "$(peer datagram "127.0.0.1:$port" ping)" ping
stop
same "$status" 0

# Peers that reset, stall and drip.
start bridge tcp-l://127.0.0.1:0 "$echo" --drain-timeout 20s
same "$(peer drip "127.0.0.1:$port" 50 | tr -d '\n' | wc -c)" 50
peer reset "127.0.0.1:$port"
await_active 0
peer stall "127.0.0.1:$port" > out
hold 20
stop
same "$status" 0

# A code of a WebSocket is handed on.
start bridge ws-l://127.0.0.1:0/ "$ws" --json
status=0
gnet ws "127.0.0.1:$port" --send x -n 1 --close-code 4001 --close-reason enough > out || status=$?
same "$(cat out) $status" "x 0"
await server.out '"reason":"closed 4001 enough"'
stop

# One right side for all.
start bridge tcp-l://127.0.0.1:0 "$echo" --broadcast=block --framing line
mkfifo first
gnet connect "127.0.0.1:$port" < first > heard &
started="$started $!"
exec 7> first
echo one >&7
await heard one
echo two | gnet bridge - "tcp://127.0.0.1:$port" > /dev/null 2>&1 || :
await heard two
exec 7>&-
stop
same "$status" 0

# Connections that stand ready.
start bridge tcp-l://127.0.0.1:0 "$echo" --pool 2
for text in a b c d; do same "$(echo $text | peer pipe "127.0.0.1:$port")" "$text"; done
stop
same "$status" 0

# An answer that comes long after the end of the question.
start bridge tcp-l://127.0.0.1:0 'sh:cat > /dev/null; sleep 1.5; echo late'
same "$(echo question | peer pipe "127.0.0.1:$port")" late
same "$(echo question | gnet bridge - 'sh:cat > /dev/null; sleep 1.5; echo late')" late
same "$(echo question | gnet bridge - "tcp://127.0.0.1:$port")" late
stop
same "$status" 0
