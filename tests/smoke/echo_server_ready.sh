# Every way in which a server says that it is ready.
. "$(dirname "$0")/prelude.sh"

# Port, file, descriptor and JSON, all at once.
start echo-server -p 0 -4 -U "$work/s.sock" --print-port --ready-file files --json
same "$endpoints" "tcp://127.0.0.1:$port unix://$work/s.sock"
same "$(cat files)" "tcp://127.0.0.1:$port
unix://$work/s.sock"
same "$(head -n 1 server.out)" "$port"
contains server.out "\"event\":\"listening\",\"endpoint\":\"tcp://127.0.0.1:$port\",\"port\":$port"
[ -S s.sock ] || fail "no unix socket"

stop
same "$status" 0
[ ! -e files ] || fail "the ready file outlived the server"
[ ! -e s.sock ] || fail "the unix socket outlived the server"
contains server.out '"event":"stopped","cut":0'

# Files that others have put in the place of its own stay.
start echo-server -p 0 -4 --ready-file files --pid-file pid
mv files old.files && echo other > files
mv pid old.pid && echo other > pid
stop
same "$(cat files pid)" "other
other"
rm files pid

# What is somebody else's is not written over, and not removed.
echo important > notes
for option in --pid-file --ready-file; do
  expect 9 gnet echo-server -p 0 -4 $option notes
  same "$(cat notes)" important
done
contains err "notes is no ready file, and is left as it is"
mkfifo pipe
expect 9 gnet echo-server -p 0 -4 --pid-file pipe
contains err "pipe is no pid file"
exec 8<> pipe
start echo-server -p 0 -4 --ready-file pipe
read -r came <&8
exec 8>&-
same "$came" "tcp://127.0.0.1:$port"
stop
[ -p pipe ] || fail "a pipe was taken for a file"

# Standard output is one descriptor among others, and goes on after it.
expect 0 gnet echo-server -p 0 -4 --ready-fd 1 --json --for 10ms
contains out 'tcp://127.0.0.1:'
contains out '"event":"stopped"'

# One port for both families and for UDP.
start echo-server -p 0 -u --print-port
same "$(wc -l < server.out)" 1
stop

# In the background: when it returns it serves, and stdout is free.
port=$(gnet echo-server -p 0 -D --print-port --pid-file pid --for "$life")
started="$started $(cat pid)"
expect 0 gnet echo-client -n 1 "127.0.0.1:$port"
expect 9 gnet echo-server -p 0 --pid-file pid
contains err "pid is held by process $(cat pid)"
kill "$(cat pid)"

# systemd's datagram.
peer notify "$work/notify" > notified &
watcher=$!
started="$started $watcher"
await notified waiting
export NOTIFY_SOCKET="$work/notify"
start echo-server -p 0 -4
wait "$watcher"
contains notified "READY=1"
contains notified "STATUS=listening on tcp://127.0.0.1:$port"
