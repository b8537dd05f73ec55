# gnet exec-server on streams and WebSockets: bytes whole, the end both ways, statuses, limits.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

ws() {
  place=$1
  shift
  perl "$here/ws_peer.pl" "127.0.0.1:$port$place" "$@" 8>&-
}
port_of() { expr "$1" : '.*:\([0-9]*\)'; }

# 3,000,000 bytes and a half-close: by the connection itself, by pipes, over a unix socket.
head -c 3000000 /dev/urandom > payload
start exec-server tcp-l://127.0.0.1:0 "unix-l://$work/cat.sock" --json --sh 'exec cat'
peer pipe "127.0.0.1:$(port_of "${endpoints% *}")" < payload | cmp - payload
peer pipe "$work/cat.sock" < payload | cmp - payload
stop
same "$status" 0
[ "$(grep -c '"rx_bytes":3000000,"tx_bytes":3000000,' server.out)" = 2 ] || fail "wrong counts: $(cat server.out)"
[ "$(grep -c '"event":"exit".*"rc":0,"cpu_ms":[0-9]' server.out)" = 2 ] || fail "no exits: $(cat server.out)"
start exec-server tcp-l://127.0.0.1:0 --idle-timeout 20s --sh 'exec cat'
peer pipe "127.0.0.1:$port" < payload | cmp - payload
stop

# An answer that comes after the end of the input.
start exec-server tcp-l://127.0.0.1:0 --sh 'cat > /dev/null; sleep 1.5; echo late'
same "$(printf x | peer pipe "127.0.0.1:$port")" late
stop

# What the program is told, and what it is not: no descriptors, no variables but those.
SECRET=1 LANG=C start exec-server tcp-l://127.0.0.1:0 --env A=b --name told --control none \
  --sh 'ls -l /proc/self/fd | grep -c "^l"; env | sort; ps -o pid= -o pgid= -p $$ | tr -s " "'
peer pipe "127.0.0.1:$port" < /dev/null > told
same "$(head -n 1 told)" 4 # 0, 1, 2, and the folder that ls reads
for line in A=b PROTO=TCP "TCPLOCALPORT=$port" TCPREMOTEIP=127.0.0.1 REMOTE_ADDR=127.0.0.1 \
  GNET_SERVICE=exec-server GNET_NAME=told "GNET_ENDPOINT=tcp://127.0.0.1:$port" "GNET_PORT=$port"; do contains told "$line"; done
grep -q SECRET told && fail "the program knows the server's environment"
stop

# A line is a message, and the status is the code of the close.
start exec-server ws-l://127.0.0.1:0 --sh 'read line; echo "got $line"; echo problem >&2; exit 3'
same "$endpoints" "ws://127.0.0.1:$port/"
same "$(ws / -- 'say hello' hear hear)" "text got hello
close 4003 exit 3"
await server.err "/bin/sh: problem"
stop
start exec-server -p 0 -4 --stderr client --sh 'echo a problem >&2; exec sleep 20 > /dev/null' --time-limit 300ms
same "$(ws / -- hear hear)" "text a problem

close 4015 out of time"
stop
start exec-server ws-l://127.0.0.1:0 --sh 'kill -9 $$'
same "$(ws / -- hear)" "close 4009 signal 9"
stop
start exec-server ws-l://127.0.0.1:0 --framing json --sh 'exec cat'
same "$(ws / -- 'say two
lines' hear 'bin x' hear 'close 1000' hear)" "text two
lines
binary x
close 1000"
stop

# A client that has said close still hears what the program has to say.
start exec-server ws-l://127.0.0.1:0 --sh 'cat > /dev/null; echo late'
same "$(ws / -- 'say x' 'close 1000' hear hear)" "text late
close 1000"
stop

# Pages of others may not.
start exec-server ws-l://127.0.0.1:0 --origin https://good.test --sh 'exec cat'
ws / 'Origin: https://evil.test' -- > out && fail "a page of another origin may connect"
contains out "403 Forbidden"
same "$(ws / 'Origin: https://good.test' -- 'say x' hear)" "text x"
same "$(ws / "Origin: http://127.0.0.1:$port" -- 'say x' hear)" "text x"
stop
start exec-server ws-l://127.0.0.1:0 --origin '*' --sh 'exec cat'
same "$(ws / 'Origin: https://evil.test' -- 'say x' hear)" "text x"
stop

# As many as may be, and no more.
start exec-server ws-l://127.0.0.1:0 --max-procs 1 --sh 'echo up; exec cat'
mkfifo keep && exec 8<> keep
ws / -- hear end > first &
holder=$!
started="$started $holder"
await first "text up"
same "$(ws / -- hear)" "close 1013 too many programs run already"
kill "$holder"
stop
start exec-server ws-l://127.0.0.1:0 --max-procs 1 --queue 20s --sh 'echo up; sleep 0.2'
ws / -- hear end > first &
started="$started $!"
await first "text up"
same "$(ws / -- hear)" "text up"
stop

# A terminal.
start exec-server tcp-l://127.0.0.1:0 --pty=100x30 --sh 'stty size; stty -echo; echo ready; cat; echo over'
same "$(printf 'line\n' | peer pipe "127.0.0.1:$port" | tr -d '\r' | grep -v '^line$')" "30 100
ready
over"
stop

# Datagrams: a program for each address.
start exec-server "udp-l://127.0.0.1:0?idle=1s" --sh 'exec cat'
same "$(peer datagram "127.0.0.1:$port" hello)" hello
stop
same "$status" 0

# Each endpoint has its own end of a session.
start exec-server "udp-l://127.0.0.1:0?idle=100ms" "udp-l://127.0.0.1:0?idle=50s" --json --sh 'exec cat'
same "$(peer datagram "127.0.0.1:$(port_of "${endpoints% *}")" hello)" hello
await server.out '"event":"exit"'
stop

# One for all.
start exec-server ws-l://127.0.0.1:0 tcp-l://127.0.0.1:0 --shared --sh 'while read -r line; do echo "all: $line"; done; exit 5'
bytes=$(port_of "${endpoints#* }")
port=$(port_of "${endpoints% *}")
ws / -- 'say here' hear hear > heard &
hearer=$!
started="$started $hearer"
await heard "all: here"
printf 'hello\n' | peer pipe "127.0.0.1:$bytes" > /dev/null &
started="$started $!"
wait "$hearer"
same "$(cat heard)" "text all: here
text all: hello"
stop
same "$status" 0

# One that ends, ends the server; or is started again.
start exec-server tcp-l://127.0.0.1:0 --shared --sh 'exit 0'
finish
same "$status" 0
start exec-server tcp-l://127.0.0.1:0 --shared=restart --sh 'exit 4'
await server.err "the program has ended (exit 4), and is started again in 200ms"
stop
same "$status" 0

# What cannot be run is told at once.
expect 127 gnet exec-server -p 0 -- no-such-program
contains err "gnet exec-server: cannot run 'no-such-program': no such file or directory"
expect 126 gnet exec-server -p 0 -- /etc/passwd
# Of this one only when it is run.
printf '#!/no-such-interpreter\n' > broken
chmod +x broken
expect 126 gnet exec-server tcp-l://127.0.0.1:0 --for "$life" --shared -- ./broken
contains err 'cannot run'
# Where its process will look: in the PATH that it gets, in the folder that it runs in.
mkdir tools
printf '#!/bin/sh\necho here\n' > tools/tool && chmod +x tools/tool
expect 127 gnet exec-server -p 0 --env PATH=/nowhere -- cat
expect 127 gnet exec-server -p 0 --cwd tools -- tools/tool
contains err "cannot run 'tools/tool' in directory 'tools': no such file or directory"
expect 9 gnet exec-server -p 0 --cwd nowhere -- cat
contains err "cannot run programs in folder 'nowhere': no such file or directory"
for way in "--cwd $work/tools -- ./tool" "--cwd tools --env PATH=. -- tool" "--env PATH=$work/tools:/bin -- tool"; do
  # shellcheck disable=SC2086  # words
  expect 0 gnet exec-server --once tcp-l://127.0.0.1:0 --for 10ms $way
done
expect 2 gnet exec-server -p 0
contains err "exec-server wants a program"
expect 2 gnet exec-server udp+ws-l://:0 -- cat
expect 2 gnet exec-server -p 0 --rlimit legs=2 -- cat
expect 2 gnet exec-server -p 0 --close TERM,STAMP -- cat
expect 2 gnet exec-server -p 0 --header-env Proxy -- cat
