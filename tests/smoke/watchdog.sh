# systemd hears a sign of life in time, whether anything happens or not.
. "$(dirname "$0")/prelude.sh"

peer watchdog "$work/notify" 3 > watched &
watcher=$!
started="$started $watcher"
await watched waiting
export NOTIFY_SOCKET="$work/notify" WATCHDOG_USEC=1000000
start echo-server -p 0 -4
wait "$watcher"
longest=$(sed -n 's/longest //p' watched)
[ "$longest" -ge 100 ] && [ "$longest" -lt 1000 ] || fail "a sign of life every $longest ms"

# It is for another process.
peer notify "$work/other" STOPPING=1 > notified &
watcher=$!
started="$started $watcher"
await notified waiting
export NOTIFY_SOCKET="$work/other" WATCHDOG_USEC=1000 WATCHDOG_PID=1
start echo-server -p 0 -4
expect 0 gnet echo-client -n 100 -i 0 "127.0.0.1:$port"
stop
wait "$watcher"
! grep -q WATCHDOG notified || fail "a sign of life for somebody else"
