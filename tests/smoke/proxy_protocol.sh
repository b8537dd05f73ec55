# --proxy-protocol: who a connection is from says its header, to logs, rules and limits.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -4 -U "$work/s.sock" --proxy-protocol auto --proxy-from 127.0.0.0/8 \
  --deny 198.51.100.0/24 --max-per-ip 1 --access-log access --access-format '$remote_addr $status' -v
there=127.0.0.1:$port

# Both versions, one byte at a time; over a unix socket everybody is believed.
v1='PROXY TCP4 192.0.2.1 10.0.0.1 5000 80\r\n'
v2='\r\n\r\n\000\r\nQUIT\n\041\021\000\014\313\000\161\007\012\000\000\001\023\210\000\120' # 203.0.113.7
same "$(printf "${v1}hello" | peer bytes "$there")" hello
same "$(printf "${v2}hello" | peer bytes "$there")" hello
same "$(printf "${v1}hello" | peer pipe "$work/s.sock")" hello
await access '203.0.113.7'
contains access '192.0.2.1'
await server.err '192.0.2.1:5000'

# The proxy speaks for itself.
same "$(printf 'PROXY UNKNOWN\r\nhello' | peer bytes "$there")" hello
await access '127.0.0.1'

# What is none, impossible, cut, or from somebody who is denied gets nothing.
for header in 'hello' 'PROXY TCP4 192.0.2.1 10.0.0.1 5000 99999\r\n' 'PROXY TCP4 0.0.0.0 10.0.0.1 1 2\r\n' \
  'PROXY TCP4 192.0.2' 'PROXY TCP4 ::1 ::2 1 2\r\n' 'PROXY TCP4 198.51.100.7 10.0.0.1 1 2\r\n'; do
  same "$(printf "$header" | peer pipe "$there")" ""
done
same "$(head -c 200 /dev/zero | tr '\0' x | peer pipe "$there")" ""
same "$({ printf 'PROXY UNKNOWN '; head -c 200 /dev/zero | tr '\0' x; } | peer pipe "$there")" ""
await server.err 'PROXY protocol: the PROXY header is malformed'
await access '198.51.100.7'
kill -USR1 "$server"
await server.err ' 8 refused'

# --max-per-ip counts the client, and not the proxy.
mkfifo keep
"$GNET" connect "$there" < keep > held &
started="$started $!"
exec 8> keep
printf "${v1}held" >&8
await held held
same "$(printf "${v1}hello" | peer bytes "$there")" ""
same "$(printf "${v1}hello" | peer bytes "$work/s.sock")" ""
same "$(printf "${v2}hello" | peer bytes "$there")" hello
kill "$!"
exec 8>&-
tries=0
until [ "$(printf "${v1}hello" | peer bytes "$there")" = hello ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 200 ] || fail "192.0.2.1 has left, and may not come again"
done

# One that does not come is not waited for.
same "$(peer wait "$there")" closed

stop
same "$status" 0

# Nor is it when the server stops: it would have seconds yet.
start echo-server -p 0 -4 --proxy-protocol v1 --proxy-from 127.0.0.1 --drain-timeout 1ms
mkfifo unsaid && exec 8<> unsaid
peer wait "127.0.0.1:$port" > waited &
started="$started $!"
await_active 1
stop
same "$status" 0
await waited closed

# Others than the proxies are turned away.
start echo-server -p 0 -4 --proxy-protocol v2 --proxy-from 10.0.0.0/8
same "$(printf "${v2}hello" | peer pipe "127.0.0.1:$port")" ""
await server.err 'it is not among those of --proxy-from'
stop

# Before TLS.
start echo-server -p 0 -4 --tls --proxy-protocol v1 --proxy-from 127.0.0.1 --access-log access2 \
  --access-format '$remote_addr'
same "$(printf 'hello' | peer pipe "127.0.0.1:$port")" ""
stop

expect 2 gnet echo-server -p 0 --proxy-protocol v1
contains err "--proxy-from"
expect 2 gnet echo-server -p 0 --proxy-protocol v3 --proxy-from ::1
expect 0 gnet echo-server -U "$work/only.sock" --proxy-protocol v1 --for 1ms
