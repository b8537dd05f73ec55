# The control socket of a server, and gnet ctl.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }
export XDG_RUNTIME_DIR="$work/run"
mkdir run
socket=$XDG_RUNTIME_DIR/gnet/demo.sock
ctl() { "$GNET" ctl "$@" < /dev/null; }

# plain LINE…: asks in plain words, all lines at once; prints the answers.
plain() { printf '%s\n' "$@" | peer pipe "$socket"; }

# Nobody is there yet.
expect 11 gnet ctl list
contains err 'no process runs that can be controlled'
expect 11 gnet ctl stats --name demo
expect 2 gnet ctl
expect 2 gnet ctl lost
contains err "unknown operation 'lost'; did you mean 'list'?"
expect 2 gnet ctl kick
expect 2 gnet ctl list --now

start echo-server -p 0 -4 --name demo --threads 2 --json
same "$(stat -c %a "$socket" "$XDG_RUNTIME_DIR/gnet" | tr '\n' ' ')" '600 700 '

# ---- what there is ----

ctl list > out
contains out "demo (gnet echo-server, pid $server)"
contains out "echo     echo-server  running"
ctl list --json > out
contains out '{"ok":true,"op":"list","instance":"demo","command":"echo-server"'
contains out '"services":[{"name":"echo","type":"echo-server","state":"running"'
same "$(ctl endpoints echo --port-only)" "$port"
same "$(ctl endpoints echo)" "tcp://127.0.0.1:$port"
expect 11 gnet ctl endpoints nobody
contains err "there is no service 'nobody'"
expect 0 gnet echo-client -n 3 -q "127.0.0.1:$port"
ctl stats echo > out
contains out 'loop lag'
ctl stats --json > out
contains out '"name":"echo","state":"running","accepted":1,'
contains out '"process":{"lag_us":'
ctl stats --prometheus > out
contains out 'gnet_service_accepted_total{service="echo"} 1'
ctl fibers > out
contains out 'main (the thread'
contains out 'thread 1:'
ctl config > out
contains out 'drain-timeout        10s'
ctl config echo --json > out
contains out '"drain-timeout":{"value":"10s","origin":"default"}'

# ---- connections ----

"$GNET" ctl events --filter 'accept,close,service,notify' > events &
followed=$!
started="$started $followed"
await events '"event":"following"'
hold 2
until ctl conns --json > out && [ "$(grep -o '"id":' out | wc -l)" = 2 ]; do :; done
await events '"event":"accept"'
ctl notify 'e*' hello > out
same "$(cat out)" 'echo: told'
expect 11 gnet ctl notify 'x*' hello
await events '"event":"notify","pattern":"e*","heard":1'
id=$(ctl conns | sed -n '2s/ .*//p')
ctl kick "$id" > out
same "$(cat out)" '1 connection reset'
await events "\"event\":\"close\",\"id\":$id,"
ctl kick --peer 127.0.0.0/8 > out
same "$(cat out)" '1 connection reset'
expect 1 gnet ctl kick 999999
expect 2 gnet ctl kick --peer nowhere

# A message reaches those who are connected.
same "$(printf '' | peer pipe "127.0.0.1:$port")" ''
mkfifo answers
peer hold "127.0.0.1:$port" 1 < keep > holding 2> /dev/null 8>&- & started="$started $!"

# ---- life ----

ctl pause echo > out
same "$(cat out)" 'echo is paused'
ctl resume echo > out
same "$(cat out)" 'echo is running'
expect 0 gnet echo-client -n 1 -q "127.0.0.1:$port"
ctl restart echo --wait
expect 0 gnet echo-client -n 1 -q "127.0.0.1:$port"
ctl stop echo --wait > out
same "$(cat out)" 'echo is stopped'
expect 5 gnet echo-client -n 1 -q "127.0.0.1:$port"
expect 1 gnet ctl endpoints echo
ctl start echo
port=$(ctl endpoints echo --port-only)
expect 0 gnet echo-client -n 1 -q "127.0.0.1:$port"
await events '"event":"service","service":"echo","state":"draining"'
ctl log-level debug echo
expect 0 gnet echo-client -n 1 -q "127.0.0.1:$port"
await server.err 'connected to'
expect 2 gnet ctl log-level loud

# ---- more services ----

ctl add second echo-server -p 0 -4 --mode upper > out
second=$(sed -n 's/.*://p' out)
same "$(printf hello | peer pipe "127.0.0.1:$second")" HELLO
ctl list --json > out
contains out '"name":"second","type":"echo-server","state":"running"'
expect 2 gnet ctl add second echo-server -p 0
contains err "there is a service 'second' already"
expect 2 gnet ctl add third echo-server -p 0 --user nobody
contains err '--user is an option of the process'
expect 2 gnet ctl add third dns
expect 3 gnet ctl add third echo-server -4 -p "$port"
ctl notify '*' hello > out
same "$(sort out | tr '\n' ' ')" 'echo: told second: told '
ctl restart second --wait
same "$(printf hello | peer pipe "127.0.0.1:$second")" HELLO
expect 1 gnet ctl remove echo
ctl remove second
expect 5 gnet echo-client -n 1 -q "127.0.0.1:$second"
expect 11 gnet ctl stop second

# ---- plain words, and what is none ----

plain 'endpoints echo' > out
same "$(head -n 1 out)" "tcp://127.0.0.1:$port"
plain 'nonsense' '{"op":"nonsense"}' '{"op":' 'stop' 'help' > out
contains out "error: unknown operation 'nonsense'"
contains out '"code":2,"name":"usage","message":"unknown operation'
contains out 'no JSON'
contains out "error: 'stop' needs 'service'"
contains out 'notify service message'
head -c 70000 /dev/zero | tr '\0' x | peer pipe "$socket" > out 2> /dev/null || :
contains out 'error: a line is too long'

# ---- the socket ----

expect 3 gnet echo-server -p 0 --name demo
contains err 'another process is controlled there'
expect 2 gnet echo-server -p 0 --name ../demo
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
  chmod 711 "$work" run run/gnet && chmod 666 "$socket"
  printf 'list\n' | setpriv --reuid 65534 --clear-groups perl -MIO::Socket::UNIX -e '
    my $s = IO::Socket::UNIX->new($ARGV[0]) or die "$!"; print {$s} <STDIN>; print <$s>' \
    "$socket" > out 2> err || :
  contains out "error: this process is another user's"
  await server.err 'of user 65534 may not control this one'
  chmod 700 run/gnet && chmod 600 "$socket"
fi

# There is no file to be read anew.
ctl reload > out
same "$(cat out)" '0 options changed'

kill -INT "$followed"
wait "$followed" || fail "events ends with $?"
ctl shutdown
finish
same "$status" 0
[ ! -e "$socket" ] || fail 'the socket is still there'

# One that a dead process left is taken over.
start echo-server -p 0 -4 --name demo
kill -KILL "$server"
wait "$server" 2> /dev/null || :
[ -S "$socket" ] || fail 'it left no socket'
expect 11 gnet ctl list
start echo-server "unix-l://$work/echo.sock" --control "$work/own.sock"
expect 7 gnet ctl stats --socket "$work/echo.sock"
contains err 'what came is no answer of a gnet process'
ctl stats --socket "$work/own.sock" > out
contains out 'echo'
start echo-server -p 0 -4 --name demo
ctl endpoints echo --port-only > out
same "$(cat out)" "$port"

# Clients that stop reading are cut, and hold up nobody.
for client in 1 2; do
  perl -MIO::Socket::UNIX -e '
    my $s = IO::Socket::UNIX->new($ARGV[0]) or die "$!";
    $SIG{PIPE} = "IGNORE";
    my $line = "fibers\n" x 200;
    syswrite $s, $line;
    $| = 1; print "asked\n";
    sleep 60' "$socket" > "deaf$client" & started="$started $!"
  await "deaf$client" asked
done
ctl stats > out
contains out 'echo'
