# Five restarts of the server: every line comes back, none twice, none missing.
. "$(dirname "$0")/prelude.sh"

mkfifo lines
start echo-server -U "$work/s.sock"
gnet echo-client --stdin -i 0 --reconnect=10ms --reconnect-max 50ms --reconnect-jitter 0 --json \
  "$work/s.sock" < lines > echoes 2> client.err &
client=$!
started="$started $client"
exec 8> lines

for round in 1 2 3 4 5; do
  echo "before $round" >&8
  await echoes "\"seq\":$((round * 2 - 1)),"
  stop
  same "$status" 0
  echo "while down $round" >&8
  start echo-server -U "$work/s.sock"
  await echoes "\"seq\":$((round * 2)),"
done
exec 8>&-

status=0
wait "$client" || status=$?
same "$status" 0
contains echoes '"event":"summary","sent":10,"received":10,"lost":0,"mismatched":0'
same "$(grep -c '"event":"echo"' echoes)" 10
contains echoes '"event":"reconnect","attempt":1'

# What it says first has to be readable.
expect 9 gnet echo-client --on-reconnect "@$work/nofile" "$work/s.sock"
contains err "cannot read $work/nofile: no such file or directory"

# Text says so on stderr, once an attempt; the number of attempts may have an end.
stop
expect 5 gnet echo-client --reconnect=1ms --max-retries 3 --reconnect-jitter 0 "$work/s.sock"
contains err "reconnecting in 1ms (attempt 1): no such file or directory"
contains err "reconnecting in 2ms (attempt 2): no such file or directory"
same "$(grep -c reconnecting err)" 2

# So it is with datagrams.
expect 5 gnet echo-client --reconnect=1ms --max-retries 3 --reconnect-jitter 0 \
  "unixgram://$work/nowhere"
same "$(grep -c reconnecting err)" 2
gnet echo-client -n 1 --reconnect=10ms --reconnect-max 10ms "unixgram://$work/g.sock" > out 2> err &
client=$!
started="$started $client"
await err "reconnecting in"
start echo-server "unixgram-l://$work/g.sock"
wait "$client" || fail "exit $?: $(cat err)"
contains out "1 sent, 1 received"

# Nothing that comes again and again is waited for: a datagram that is too long, a server
# that closes at once, a file without end.
start echo-server -p 0 -4 -u
expect 9 gnet echo-client --reconnect -s 70000 "udp://127.0.0.1:$port"
contains err "a message of 70000 bytes is too long for a datagram to 127.0.0.1:$port"
start echo-server -p 0 -4 --mode time --deny 127.0.0.1
expect 8 gnet echo-client --reconnect=1ms --max-retries 3 "127.0.0.1:$port"
contains err "gave up after 3 attempts"
same "$(grep -c reconnecting err)" 2
expect 9 gnet echo-client --on-reconnect @/dev/zero "$work/s.sock"
contains err "cannot read /dev/zero: it is larger than 16 MiB"
expect 9 gnet echo-client --on-reconnect "@$work" "$work/s.sock"
contains err "cannot read $work: is a directory"
