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
