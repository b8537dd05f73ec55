# gnet connect --reconnect: what was not sent is sent over the next connection.
. "$(dirname "$0")/prelude.sh"

mkfifo lines
"$GNET" connect -r=20ms --reconnect-jitter 0 --on-reconnect 'hello
' "unix://$work/s.sock" < lines > out 2> err 8>&- &
client=$!
started="$started $client"
exec 8> lines
await err 'reconnecting in 20ms (attempt 1): no such file or directory'
start echo-server "unix-l://$work/s.sock"
echo one >&8
await out one
stop KILL
rm -f "$work/s.sock"
await err '(attempt 1): no such file or directory'
echo two >&8
start echo-server "unix-l://$work/s.sock"
await out two
exec 8>&-
wait "$client" || fail "exit $?: $(cat err)"
same "$(grep -v hello out)" "one
two"
same "$(grep -c hello out)" 2

# Input without a connection may be an error.
echo early > input
expect 5 gnet connect -r=1ms --max-retries 3 "unix://$work/nobody.sock"
mkfifo more
start echo-server "unix-l://$work/t.sock" --once
"$GNET" connect -r=10s --offline fail "unix://$work/t.sock" < more > out 2> err 8>&- &
client=$!
started="$started $client"
exec 8> more
echo one >&8
await out one
stop KILL
await err 'reconnecting in'
echo two >&8
status=0 && wait "$client" || status=$?
same "$status" 8
contains err 'there is input, and no connection to take it'
