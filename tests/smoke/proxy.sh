# gnet proxy: what it speaks, whom it serves, where it connects to, and what must not hurt it.
. "$(dirname "$0")/prelude.sh"
unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY 2> /dev/null || :

# bytes PORT: a port in network order, as printf has it.
bytes() { printf '\\%03o\\%03o' $(($1 / 256)) $(($1 % 256)); }

head -c 3000000 /dev/urandom > big
mkdir site && cp big site/big && echo hello > site/a.txt
start http-serve -p 0 -4 site
web=$port
start echo-server -p 0 -4
echo=$port
to_echo="\\005\\001\\000\\001\\177\\000\\000\\001$(bytes "$echo")"

start proxy -p 0 -4 -v
proxy=127.0.0.1:$port

# Each protocol; names that the proxy looks up, and large answers.
for scheme in socks5 socks5h socks4a http; do
  expect 0 gnet http -x "$scheme://$proxy" "http://localhost:$web/a.txt"
  same "$(cat out)" hello
  expect 0 gnet http -x "$scheme://$proxy" "http://127.0.0.1:$web/big" -o big.back
  cmp big.back big
done

# 3,000,000 bytes through SOCKS, half-closed, and data that does not wait for the answer.
{ printf '\005\001\000'; printf "$to_echo"; cat big; } | peer pipe "$proxy" > back
tail -c 3000000 back | cmp - big
same "$(head -c 4 back | od -An -tx1 | tr -d ' \n')" 05000500

# Byte by byte.
same "$({ printf '\005\001\000'; printf "$to_echo"; printf x; } | peer bytes "$proxy" | tail -c 1)" x
same "$({ printf '\004\001'; printf "$(bytes "$echo")"; printf '\177\000\000\001me\000y'; } |
  peer bytes "$proxy" | tail -c 1)" y
same "$(printf 'CONNECT 127.0.0.1:%s HTTP/1.1\r\nHost: x\r\n\r\nz' "$echo" | peer bytes "$proxy" | tail -c 1)" z

# Two requests on one connection, one smuggled, and one that is no business of a proxy.
ask() { printf "$@" | peer pipe "$proxy" > answer; }
ask 'GET http://127.0.0.1:%s/a.txt HTTP/1.1\r\nHost: x\r\nConnection: Via\r\n\r\nHEAD http://127.0.0.1:%s/a.txt HTTP/1.1\r\nHost: x\r\n\r\n' "$web" "$web"
same "$(grep -c '^HTTP/1.1 200' answer)" 2
contains answer "Via: 1.1 gnet"
ask 'POST http://127.0.0.1:%s/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' "$web"
contains answer "HTTP/1.1 400"
ask 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
contains answer "HTTP/1.1 400"
ask 'CONNECT 127.0.0.1:99999 HTTP/1.1\r\nHost: x\r\n\r\n'
contains answer "HTTP/1.1 400"
ask 'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n'
contains answer "HTTP/1.1 502"

# What may pass no other proxy is answered by this one, else one less of them.
options() { ask '%s http://127.0.0.1:%s%s HTTP/1.1\r\nHost: x\r\nMax-Forwards: %s\r\n\r\n' "$@"; }
options OPTIONS 1 / 0
contains answer "HTTP/1.1 204"
contains answer "Allow: GET, "
options TRACE 1 / 0
contains answer "HTTP/1.1 405"
options OPTIONS 1 / 2
contains answer "HTTP/1.1 502"

# Where nobody may go, in whatever spelling.
for host in 169.254.169.254 '[::ffff:169.254.169.254]' '[64:ff9b::a9fe:a9fe]' '[2002:a9fe:a9fe::1]' \
  '[::a9fe:a9fe]' '[::]' 0.0.0.0 0 0xa9fea9fe; do
  ask 'CONNECT %s:80 HTTP/1.1\r\nHost: x\r\n\r\n' "$host"
  grep -q '^HTTP/1.1 40[03] ' answer || fail "$host: $(cat answer)"
done

# What is no protocol, or ends in the middle.
same "$(printf '\026\003\001' | peer pipe "$proxy")" ""
same "$(printf '\005\001' | peer pipe "$proxy")" ""
same "$(printf '\005\001\000\005\001\000\011xyz' | peer pipe "$proxy" | od -An -tx1 | tr -d ' \n')" 050005080001000000000000

stop
same "$status" 0

# Users, lists that are read again, and counters for each user.
printf '127.0.0.1:%s\n' "$web" > allowed
start proxy -p 0 -4 -a ada:secret --allow-dest @allowed --json
proxy=127.0.0.1:$port
for scheme in socks5h http; do
  expect 0 gnet http -x "$scheme://ada:secret@$proxy" "http://127.0.0.1:$web/a.txt"
  same "$(cat out)" hello
done
expect 7 gnet http -x "socks5h://ada:wrong@$proxy" "http://127.0.0.1:$web/"
contains err "wrong user or password"
expect 7 gnet http -x "socks5h://$proxy" "http://127.0.0.1:$web/"
expect 7 gnet http -x "socks4a://$proxy" "http://127.0.0.1:$web/"
expect 1 gnet http -f -x "http://$proxy" "http://127.0.0.1:$web/"
expect 7 gnet http -x "socks5h://ada:secret@$proxy" "http://127.0.0.1:$echo/"
contains err "not allowed"
kill -USR1 "$server"
await server.err '"users":{"ada":{"connections":'
printf '127.0.0.1:%s # another\n' "$echo" > allowed
kill -HUP "$server"
await server.out '"event":"reload","ok":true'
expect 7 gnet http -x "socks5h://ada:secret@$proxy" "http://127.0.0.1:$web/a.txt"
echo nonsense:nonsense > allowed
kill -HUP "$server"
await server.out '"ok":false'
stop
same "$status" 0

# One behind another, and a way around.
start proxy -p 0 -4
first=127.0.0.1:$port
start proxy -p 0 -4 --protocols http
second=127.0.0.1:$port
start proxy -p 0 -4 --upstream "socks5h://$first" --upstream "http://$second" --upstream-for 'local*=none'
proxy=127.0.0.1:$port
for scheme in socks5h http; do
  expect 0 gnet http -x "$scheme://$proxy" "http://127.0.0.1:$web/big" -o big.back
  cmp big.back big
done
expect 0 gnet http -x "socks5h://$proxy" "http://localhost:$web/a.txt"
expect 7 gnet http -x "socks5h://$second" "http://localhost:$web/a.txt"

# Who says nothing, or says it too slowly, is not waited for.
start proxy -p 0 -4 --handshake-timeout 100ms
same "$(peer wait "127.0.0.1:$port")" closed

# Nobody opens a proxy to everybody by mistake.
expect 2 gnet proxy --public -p 0
contains err "--auth-file"
expect 2 gnet proxy 'tcp-l://*:0'
expect 2 gnet proxy -p 0 --allow-dest 10.0.0.0/99
expect 2 gnet proxy -p 0 --upstream ftp://x
expect 2 gnet proxy -p 0 --protocols socks6

# What CONNECT brings along is refused (RFC 9110 §9.3.6).
start proxy -p 0 -4
printf 'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd' |
  peer pipe "127.0.0.1:$port" > refused
contains refused '400 Bad Request'
stop

# Who breaks off does not end: the other side sees a reset, and no part is taken for the whole.
start proxy -p 0 -4
proxy=127.0.0.1:$port
mkfifo broken
peer breaks 2 > broken &
started="$started $!"
read -r port < broken
for scheme in socks5 http; do
  expect 8 gnet connect -x "$scheme://$proxy" --send hello "127.0.0.1:$port"
  contains err reset
done
start bridge -1 tcp-l://127.0.0.1:0 null:
{ printf '\005\001\000\005\001\000\001\177\000\000\001'; printf "$(bytes "$port")"; } > greeting
peer break "$proxy" < greeting
finish
same "$status" 8
