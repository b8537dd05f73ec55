# What comes in pieces: UDP beside TCP on one port, every mode, and unix sockets of messages.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -4 --udp --json
same "$endpoints" "tcp://127.0.0.1:$port udp://127.0.0.1:$port"
same "$(peer datagram "127.0.0.1:$port" hello)" hello
same "$(peer pipe "127.0.0.1:$port" < /dev/null)" ""
await_datagrams 1
stop

start echo-server udp-l://127.0.0.1:0 --mode upper
same "$(peer datagram "127.0.0.1:$port" hello)" HELLO

start echo-server udp-l://127.0.0.1:0 --mode chargen
same "$(peer datagram "127.0.0.1:$port" x | wc -c)" 444

start echo-server udp-l://127.0.0.1:0 --loss 100%
expect 1 gnet echo-client -n 2 -i 0 "udp://127.0.0.1:$port"
contains out "2 sent, 0 received, 2 lost"

# Answers that come later are still sent when it stops.
start echo-server udp-l://127.0.0.1:0 --delay 1ms~500us
expect 0 gnet echo-client -n 3 -i 0 "udp://127.0.0.1:$port"
stop
same "$status" 0
: > server.err
start echo-server udp-l://127.0.0.1:0 --delay 300ms --json
gnet echo-client -n 1 -i 20s "udp://127.0.0.1:$port" > out 2> err < /dev/null &
client=$!
started="$started $client"
await_datagrams 1
stop
same "$status" 0
wait "$client" || fail "no answer: $(cat out err)"

# But not without bound, and not if that takes longer than it may.
start echo-server "unixgram-l://$work/d.sock" --delay 1h --drain-timeout 500ms --json
peer datagrams "$work/d.sock" 10001
await server.err "too many answers wait for --delay; dropped so far: 1"
stop
same "$status" 10
contains server.out '"event":"stopped","cut":0,"lost":10000'
contains server.err "lost 10000 answers that were not due within 500ms"

# It answers from the address that was asked, and not what would answer in turn.
start echo-server 'udp-l://*:0' 2> /dev/null
expect 0 gnet echo-client -n 1 -i 0 "udp://127.0.0.2:$port"
await server.err "the sender of a datagram may be forged"
start echo-server udp-l://127.0.0.1:0 udp-l://127.0.0.1:0 --json
other=${endpoints##*:}
: > server.err
peer reflect "127.0.0.1:$port" 127.0.0.2 "$port" | grep -qx "no answer" || fail "a loop begins"
peer reflect "127.0.0.1:$port" 127.0.0.2 "$other" | grep -qx "no answer" || fail "a loop begins"
await server.err "gets no answer: what is there would answer that"

# A unix peer that does not read is told of once.
start echo-server "unixgram-l://$work/e.sock" --max-datagram 64K
peer unread "$work/e.sock" "$work/client.sock" 100
await server.err "answers to $work/client.sock are dropped"
same "$(grep -c "are dropped" server.err)" 1
kill -USR1 "$server"
await server.err " unsent"
grep -Eq "100 datagrams, [1-9][0-9]* unsent" server.err || fail "not counted: $(cat server.err)"

# Neither a message nor a datagram is cut: it comes whole, or is dropped and counted.
: > server.err
start echo-server "unixpacket-l://$work/m.sock" "unixgram-l://$work/g.sock" --buffer-size 1000 \
  --max-datagram 1000 --json
same "$(peer messages "$work/m.sock" 1000 1001 3 100000 999)" "1000 3 999"
await server.err "a message longer than --buffer-size is dropped"
same "$(grep -c "is dropped" server.err)" 1
expect 1 gnet echo-client -n 1 -s 1001 "unixgram://$work/g.sock"
kill -USR1 "$server"
await server.err '"truncated":3,"unsent":0'
start echo-server "unixpacket-l://$work/n.sock" --buffer-size 200K
expect 0 gnet echo-client -n 2 -i 0 -s 150000 "unixpacket://$work/n.sock"
