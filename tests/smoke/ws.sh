# gnet ws: what is sent and printed, when it ends, and with which status.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

# serve STEPS...: the server of ws_server.pl; sets $url. What it hears is in heard.
serve() {
  : > heard
  perl "$here/ws_server.pl" "$@" > heard 2> heard.err 8>&- &
  started="$started $!"
  until [ -s heard ]; do :; done
  read -r port < heard
  url=ws://127.0.0.1:$port/feed
}

# Against our own server: a message and its echo, input lines, many of them, NUL bytes, files.
start ws-echo -p 0 -4
echo=127.0.0.1:${port%/}
expect 0 gnet ws "ws://$echo" --send ping --expect '^p.ng$' -t 20s
same "$(cat out)" ping
printf 'one\ntwo\nthree' | gnet ws "$echo" -n 3 > out
same "$(cat out)" "one
two
three"
# A line is one message, or none.
head -c 16800000 /dev/zero | tr '\000' a > long
status=0
gnet ws "$echo" < long > out 2> err || status=$?
same "$status $(wc -c < out | tr -d ' ')" "9 0"
contains err "standard input has a line of more than 16 MiB"
status=0
printf 'good\n!!\n' | gnet ws "$echo" --base64 -w 200ms > out 2> err || status=$?
same "$status" 9
contains err "not sent"
expect 2 gnet ws "ws://$echo" -H 'Content-Length: 4' --send x
expect 2 gnet ws 'ws://a;b/' --send x
seq 2000 | gnet ws "$echo" -n 2000 > out
seq 2000 | cmp - out
printf 'a\nb\000c\000' | gnet ws "$echo" -0 -n 2 | tr '\000' '|' > out
same "$(cat out)" "a
b|c|"
{ head -c 100000 /dev/urandom; printf "THE END"; } > bytes
gnet ws "$echo" -b --expect "THE END" < bytes | cmp - bytes
expect 0 gnet ws "$echo" --send aGVsbG8= --base64 -n 1
same "$(cat out)" "aGVsbG8="
{ printf '\000\000\000\002a\n\000\000\000\000\000\001\001\000'; head -c 65792 /dev/zero; } > frames
gnet ws "$echo" -b --frame length4 -n 3 < frames | cmp - frames
printf '\000\000\000\005half' > frames
status=0 && gnet ws "$echo" -b --frame length4 < frames 2> err || status=$?
same "$status" 9
contains err 'standard input ends within a message'
printf '\177\377\377\377' > frames
status=0 && gnet ws "$echo" -b --frame length4 < frames 2> err || status=$?
same "$status" 9
contains err 'a message of more than 16777216 bytes'
status=0
printf '%s\n' 'sum 2 3' 'broken "' '{"id": 9}' 'say {"to": "all"}' | gnet ws "$echo" --jsonrpc -n 3 > out 2> err ||
  status=$?
same "$status" 9  # not all was sent
same "$(cat out)" '{"jsonrpc":"2.0","id":1,"method":"sum","params":[2,3]}
{"id": 9}
{"jsonrpc":"2.0","id":3,"method":"say","params":{"to": "all"}}'
contains err 'not sent, these parameters are no JSON: broken "'
expect 0 gnet ws "$echo" --send x --json -n 1
contains out '"event":"message","opcode":"text","data":"x"'
contains out '"event":"close","code":1000'
expect 0 gnet ws "$echo" --send x --timestamps -n 1
grep -Eq '^[0-9-]*T[0-9:.]*Z x$' out || fail "no time: $(cat out)"
expect 124 gnet ws "$echo" --send x --expect y -t 100ms
expect 1 gnet ws "$echo" --send x --expect y -w 50ms
contains err "no message has 'y' in it"
expect 0 gnet ws "$echo" -E
expect 0 gnet ws "$echo" -w 10ms
stop

# TLS, a unix socket.
start ws-echo tls-l://127.0.0.1:0 -U "$work/s.sock"
expect 0 gnet ws "wss://127.0.0.1:${port%/}" -k --send secret -n 1
same "$(cat out)" secret
expect 6 gnet ws "wss://127.0.0.1:${port%/}" --send secret -n 1
expect 0 gnet ws "unix:$work/s.sock:/" --send inside -n 1
same "$(cat out)" inside
stop

# How it ends.
serve 'close 1008 not you;end'
expect 1 gnet ws "$url"
contains err "closed 1008 not you"
serve 'say hello;close 4003 exit 3;end'
expect 1 gnet ws "$url" -w -1
same "$(cat out)" hello
contains err "closed 4003 exit 3"
serve 'say hello;close 1001;end'
expect 0 gnet ws "$url" -w -1
serve 'say hello;close 1000;end'
expect 1 gnet ws "$url" -w -1 --expect other
serve 'say hello;drop'
expect 8 gnet ws "$url" -w -1
contains err "the connection has ended without a close frame"
serve 'raw 8103636166' 'raw 81ff'
expect 8 gnet ws "$url" -w -1
expect 7 gnet ws "$url" -w -1
contains err "the server broke the protocol"
serve 'refuse 403 not for you'
expect 7 gnet ws "$url"
contains err "403"
contains err "not for you"
expect 5 gnet ws ws://127.0.0.1:1/
expect 4 gnet ws ws://no-such-host.invalid/

# What the server is told.
serve 'end'
expect 0 gnet ws "$url" -E -H 'X-Mine: yes' --origin https://a.test --subprotocol v1 \
  --close-code 4000 --close-reason bye
await heard "closed 4000 bye"
contains heard "GET /feed HTTP/1.1 | "
contains heard "X-Mine: yes"
contains heard "Origin: https://a.test"
contains heard "Sec-WebSocket-Protocol: v1"

# Again and again: the first message goes first on every connection, and input is kept.
serve 'hear;drop' 'refuse 503 later' 'hear;hear;say done;end'
mkfifo keep_open
{ read -r _ < keep_open; echo 'from the input'; } | gnet ws "$url" --reconnect=1ms \
  --reconnect-jitter 0 --on-reconnect 'it is me' --expect done > out 2> err &
client=$!
started="$started $client"
await err "(attempt 2)"
echo go > keep_open
wait "$client"
same "$(cat out)" done
contains heard "81 from the input"
same "$(grep -c '81 it is me' heard)" 2
contains err "reconnecting in"
serve 'refuse 403 no'
expect 7 gnet ws "$url" --reconnect=1ms

expect 2 gnet ws
expect 2 gnet ws ws://
expect 2 gnet ws "$url" --close-code 1006
expect 2 gnet ws "$url" -H broken
expect 2 gnet ws "$url" --expect '('
expect 2 gnet ws "$url" -w soon
expect 2 gnet ws "$url" --frame length4
expect 2 gnet ws "$url" --jsonrpc -b
expect 2 gnet ws "$url" --jsonrpc --send 'm ['
expect 2 gnet ws ftp://a/
