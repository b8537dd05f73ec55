# gnet ports: who listens, which ports are free, and when one is.
. "$(dirname "$0")/prelude.sh"

start echo-server tcp-l://127.0.0.1:0 udp-l://127.0.0.1:0 "unix-l://$work/s.sock" --threads 1
udp=$(echo "$endpoints" | tr ' ' '\n' | sed -n 's/^udp.*://p')

# The list has it, with the process that has it.
expect 0 gnet ports "127.0.0.1:$port"
contains out "PROTO  ADDRESS"
contains out "tcp    127.0.0.1:$port"
contains out "gnet ($server)"
same "$(wc -l < out | tr -d ' ')" 2
expect 0 gnet ports --pid "$server" --proto tcp,udp,unix
contains out "udp    127.0.0.1:$udp"
contains out "$work/s.sock"
expect 0 gnet ports --proto udp "$port"
same "$(grep -c "tcp" out)" 0
expect 0 gnet ports --proto unix "$work"
contains out "unix   $work/s.sock"
expect 0 gnet ports --json "$port"
contains out "\"proto\":\"tcp\",\"address\":\"127.0.0.1\",\"port\":$port,\"state\":\"listening\""
contains out "{\"pid\":$server,\"command\":\"gnet\","
expect 0 gnet ports "$((port))-$((port))" gnet
contains out "127.0.0.1:$port"
expect 0 gnet ports nothing-is-called-so
same "$(wc -l < out | tr -d ' ')" 1

# Connections are there when all are wanted.
hold 1
expect 0 gnet ports --proto tcp "127.0.0.1:$port"
same "$(wc -l < out | tr -d ' ')" 2
expect 0 gnet ports -a --proto tcp "$port"
contains out 'established'
contains out 'listening'

# One port.
expect 0 gnet ports --proto tcp --who "$port"
same "$(cut -d ' ' -f 1 out)" "$server"
contains out 'echo-server tcp-l://127.0.0.1:0'
expect 0 gnet ports --who "$udp" --json
contains out "{\"port\":$udp,\"pid\":$server,\"command\":\"gnet\",\"sockets\":[{"
expect 1 gnet ports --who 1
contains err 'nobody listens at port 1'
expect 1 gnet ports --who 1 --json
same "$(cat out)" '{"port":1,"sockets":[]}'

# A port that is taken is waited for.
expect 124 gnet ports --proto tcp --wait-free "$port" -t 50ms
contains err "timed out after 50ms: port $port is in use by gnet ($server)"
"$GNET" ports --proto tcp --wait-free "$port" -t "$life" --json > freed 2> freed.err &
waiter=$!
started="$started $waiter"
"$GNET" ports --watch 5ms --proto tcp "$port" > watched 2> watched.err &
started="$started $!"
await watched "= tcp  127.0.0.1:$port"
stop
wait "$waiter" || fail "exit $?: $(cat freed.err)"
same "$(cat freed)" "{\"port\":$port,\"free\":true}"
await watched "- tcp  127.0.0.1:$port"
start echo-server "tcp-l://127.0.0.1:$port" --threads 1
await watched "+ tcp  127.0.0.1:$port"

# Free ports differ, are of the range, and can be listened at.
expect 0 gnet ports --free=20
same "$(sort -u out | wc -l | tr -d ' ')" 20
same "$(awk '$1 < 50000 || $1 > 61000' out)" ''
expect 0 gnet ports --free 3 --proto tcp --json
same "$(tr -cd , < out)" ',,'
expect 0 gnet ports --free
same "$(wc -l < out | tr -d ' ')" 1
expect 1 gnet ports --free --range "$port-$port" --proto tcp
contains err "only 0 of the ports $port-$port are free, not 1"
expect 0 gnet ports --free --range "$port-$port" --proto udp
same "$(cat out)" "$port"

# Where /proc does not show who has a socket, that is said.
nobody() { setpriv --reuid 65534 --clear-groups "$@"; }
chmod 755 "$work"
if [ "$(id -u)" = 0 ] && nobody "$GNET" version > out 2>&1; then
  nobody "$GNET" ports "127.0.0.1:$port" > out 2> err || fail "exit $?"
  grep -Eq "tcp    127.0.0.1:$port  root  -$" out || fail "whose: $(cat out)"
  contains err 'who has 1 of these cannot be seen: there '
  nobody "$GNET" ports --proto tcp --who "$port" > out || fail "exit $?"
  same "$(cat out)" '- of user root'
fi

# A filter that nothing can match is a mistake.
for filter in 99999 0 7184-7182 7184- -- ''; do
  expect 2 gnet ports -- "$filter"
  contains err 'FILTER'
done
expect 2 gnet ports 7184-7182
contains err "bad value '7184-7182' for FILTER: the range ends before it starts"
expect 2 gnet ports --watch 1s 99999
for list in '' sctp; do
  expect 2 gnet ports --proto "$list"
  contains err "bad value '$list' for --proto"
done
for pid in 0 99999999 9999999999; do
  expect 2 gnet ports --pid "$pid"
  same "$(cat err)" "gnet: there is no process $pid"
done
expect 0 gnet ports --pid "$$"

# What makes no sense says so.
expect 2 gnet ports --proto sctp
expect 2 gnet ports --who 0
expect 2 gnet ports --who 1-2
expect 2 gnet ports --free=0
expect 2 gnet ports --free x
expect 2 gnet ports --free --who 1
expect 2 gnet ports --range 1-2
expect 2 gnet ports -t 1s
expect 2 gnet ports --who 1 nginx
expect 2 gnet ports --free --proto unix
