# gnet ws-echo: echoes, refusals, broadcast, standard input, the page for browsers.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

start_ws() {
  start ws-echo "$@"
  port=${port%/}
}
ws() {
  place=$1
  shift
  perl "$here/ws_peer.pl" "127.0.0.1:$port$place" "$@" 8>&-
}

start_ws -p 0 -4 --print-port --greeting welcome --subprotocol 'v2, v1' --max-message 1K
same "$endpoints" "ws://127.0.0.1:$port/"
same "$(cat server.out)" "$port"
same "$(ws / 'Sec-WebSocket-Protocol: v1' -- hear 'say hello' 'ping p' hear hear 'bin x' hear 'close 1000' end)" \
  "text welcome
text hello
pong p
binary x
close 1000
(end)"

# What breaks the rules is told so.
same "$(ws / -- hear 'say '"$(printf 'caf\351')" hear | tail -n 1 | cut -c1-10)" "close 1007"
same "$(ws / -- hear "say $(printf '%01025d' 1)" hear | tail -n 1 | cut -c1-10)" "close 1009"
same "$(ws / -- hear 'raw c18000000000' hear | tail -n 1 | cut -c1-10)" "close 1002"

# What is no WebSocket: a page, and what is not there.
printf 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' |
  peer pipe "127.0.0.1:$port" > page
contains page "200 OK"
contains page "Content-Security-Policy: default-src 'none'"
contains page 'new WebSocket('
printf 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' |
  peer pipe "127.0.0.1:$port" > post
contains post "426 Upgrade Required"
contains post "Sec-WebSocket-Version: 13"
ws /other -- > out && fail "there is a WebSocket at /other"
contains out "404 Not Found"

# A stop closes with 1001.
ws / -- hear end > leaving 8>&- &
leaver=$!
started="$started $leaver"
await leaving welcome
stop TERM
same "$status" 0
wait "$leaver"
same "$(cat leaving)" "text welcome
close 1001
(end)"

# Origins and paths.
start_ws -p 0 -4 --path /chat --origin https://good.test
ws /chat 'Origin: https://evil.test' -- > out && fail "a page of another origin may connect"
contains out "403 Forbidden"
same "$(ws /chat 'Origin: https://good.test' -- 'say x' hear)" "text x"
ws / -- > out && fail "there is a WebSocket at /"
stop

# Where others are heard, pages are welcome that are this server's, or that are named.
start_ws -p 0 -4 --broadcast --origin https://good.test
for page in "http://127.0.0.1:$port" https://good.test; do
  same "$(ws / "Origin: $page" -- 'ping x' hear)" "pong x"
done
for page in https://evil.test null http://127.0.0.1 "http://127.0.0.1:$port.evil.test"; do
  ws / "Origin: $page" -- > out && fail "a page of $page may connect"
  contains out "403 Forbidden"
done
stop
start_ws -p 0 -4 --broadcast --origin '*'
same "$(ws / 'Origin: https://evil.test' -- 'ping x' hear)" "pong x"
stop

# Who is slow loses what is old, or the connection, and nobody else waits.
for how in drop-oldest close; do
  rm -f go slow server.err
  start_ws -p 0 -4 --broadcast --queue 2 --slow "$how"
  ws / -- 'ping here' hear 'until go' end > slow 8>&- &
  slow=$!
  started="$started $slow"
  await slow "pong here"
  same "$(ws / -- 'flood 600' 'say last' 'ping p' hear)" "pong p"
  touch go
  case $how in
    close) await slow "close 1013 too slow" ;;
    *) await slow "text last" ;;
  esac
  stop
  wait "$slow" || fail "the slow one failed"
  [ "$(grep -c '^binary (60000 bytes)' slow)" -lt 600 ] || fail "nobody was slow"
  grep -Eq 'messages? did not reach clients that were too slow' server.err || fail "nothing is told"
  case $how in close) ;; *) ! grep -q 1013 slow || fail "closed, though it was to lose messages" ;; esac
done

# To all others, or to all.
start_ws -p 0 -4 --broadcast --threads 2
ws / -- 'ping here' hear hear end > listener 8>&- &
started="$started $!"
await listener "pong here"
same "$(ws / -- 'say to the others' 'ping p' hear)" "pong p"
await listener "text to the others"
stop
start_ws -p 0 -4 --broadcast=all
same "$(ws / -- 'say to all' hear)" "text to all"
stop

# Lines of standard input, to all; their messages, to standard output.
mkfifo lines
exec 7<> lines
rm -f ready
mkfifo ready
"$GNET" ws-echo -p 0 -4 --stdin --for "$life" --die-with-parent --ready-fd 9 \
  < lines 9> ready 7>&- > server.out 2>> server.err &
server=$!
started="$started $server"
read -r endpoints < ready
port=${endpoints##*:}
port=${port%/}
ws / -- 'say from a client' hear hear end > listener 8>&- 7>&- &
started="$started $!"
await server.out "from a client"
echo "first line" >&7
await listener "text first line"
printf 'caf\351\n' >&7
await listener "binary caf"
exec 7>&-
stop
same "$status" 0
same "$(cat server.out)" "from a client"

expect 2 gnet ws-echo --path chat
contains err "--path wants a path that begins with a slash"
expect 2 gnet ws-echo -b
expect 2 gnet ws-echo --subprotocol 'a(b'

# Compressed messages refer to earlier ones where both want that.
start ws-echo 127.0.0.1:0 --deflate takeover --deflate-window 12
for how in on takeover off; do
  same "$(yes 'the same again and again' | head -n 20 | gnet ws "127.0.0.1:$port" --deflate "$how" -n 20 | sort -u)" \
    'the same again and again'
done
offer=$(printf 'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n\210\200\0\0\0\0' |
  peer pipe "127.0.0.1:$port" | tr -d '\r' | sed -n 's/^Sec-WebSocket-Extensions: //pI')
same "$offer" 'permessage-deflate; server_max_window_bits=12; client_max_window_bits=12'
stop
expect 2 gnet ws-echo --deflate-window 16
contains err '--deflate-window must be from 8 to 15'
