# SIGHUP: the options are read again, and those that can change do.
. "$(dirname "$0")/prelude.sh"

options() { printf '%s\n' '[echo-server]' "$@" > new && mv new gnet.toml; }
reload() {  # reload TEXT: until the server has said so
  : > server.out
  kill -HUP "$server"
  await server.out "$1"
}
served() { same "$(printf hello | peer pipe "127.0.0.1:$port" 2> /dev/null)" "$1"; }

options 'idle-timeout = "1h"'
start echo-server -p 0 -4 --json --config gnet.toml --max-per-ip 100
served hello

options 'deny = ["127.0.0.0/8"]'
reload '"event":"reload","ok":true,"changed":["deny","idle-timeout"],"restart":[]'
served ''
options 'deny = ["10.0.0.0/8"]' 'max-per-ip = 1' 'port = 7'
reload '"event":"reload","ok":true,"changed":["deny"],"restart":[]'
served hello
expect 0 gnet echo-client --connections 2 -n 1 "127.0.0.1:$port"

# The mode would change what a connection is in the middle of.
options 'mode = "upper"' 'log-level = "debug"' 'max-connections = 1' 'access-log = "log"'
reload '"changed":["max-connections","deny","access-log","log-level"],"restart":["mode"]'
await server.err "these options want a restart: mode"
served hello
await log 'TCP 200 5 5'
await server.err "connected to tcp://127.0.0.1:$port"
# One at a time now: they come one after the other.
expect 0 gnet echo-client --connections 3 -n 1 -q "127.0.0.1:$port"

# A bad file changes nothing.
options 'access-log = "off"' 'idle-timeout = "soon"'
reload '"event":"reload","ok":false,"changed":[]'
await server.err "the options stay as they are: bad value 'soon' for 'idle-timeout' in gnet.toml"
options 'access-log = "/nonexistent/log"' 'deny = ["127.0.0.1"]'
reload '"ok":false'
served hello
rm gnet.toml
reload '"ok":false'
await server.err "cannot read gnet.toml: no such file or directory"
served hello
stop
same "$status" 0

# Silent connections are closed by the limit under which they began.
options 'idle-timeout = "1h"'
start echo-server -p 0 -4 --json --config gnet.toml
options 'idle-timeout = "50ms"'
reload '"changed":["idle-timeout"]'
same "$(peer wait "127.0.0.1:$port")" closed

# So fast, and no faster.
options 'drain-timeout = "50ms"' 'mode = "chargen"'
start echo-server -p 0 -4 --json --config gnet.toml --mode chargen --drain-timeout 60s
reload '"changed":[]'
stop
same "$status" 0

# systemd is told, also after a file that was bad.
peer notify "$work/notify" STOPPING=1 > notified &
watcher=$!
started="$started $watcher"
await notified waiting
export NOTIFY_SOCKET="$work/notify"
options 'idle-timeout = "1h"'
start echo-server -p 0 -4 --json --config gnet.toml
options 'idle-timeout = "2h"'
reload '"ok":true'
options 'idle-timeout = "soon"'
reload '"ok":false'
stop
wait "$watcher"
same "$(grep -c '^RELOADING=1$' notified)" 2
same "$(grep -c '^MONOTONIC_USEC=[0-9]*$' notified)" 2
same "$(grep -c '^READY=1$' notified)" 3
same "$(grep -c "^STATUS=listening on tcp://127.0.0.1:$port$" notified)" 3
