# Any endpoint: gnet echo-server listens on WebSockets too, and gnet echo-client takes what there is.
. "$(dirname "$0")/prelude.sh"

echoes() {
  expect 0 gnet echo-client -n 20 -i 0 -s 10K -t 20s "$@"
  contains out '20 sent, 20 received, 0 lost, 0 mismatched'
}

# WebSockets are a layer of the server, with all that it does for others.
start echo-server ws-l://127.0.0.1:0/chat wss-l://127.0.0.1:0 "ws+unix-l://$work/w.sock" \
  tcp-l://127.0.0.1:0 --json
set -- $endpoints
case $1 in ws://127.0.0.1:*/chat) ;; *) fail "$1" ;; esac
case $2 in wss://127.0.0.1:*) ;; *) fail "$2" ;; esac
same "$3" "ws+unix://$work/w.sock"
echoes "$1"
echoes -k "$2"
echoes "ws+unix://$work/w.sock"
echoes "$4"
expect 7 gnet echo-client -n 1 "${1%/chat}/elsewhere"
contains err '404'
expect 7 gnet echo-client -n 1 "ws${4#tcp}" -t 20s
await server.out '"event":"accept"'
kill -USR1 "$server"
await server.err '"event":"stats"'
head -c 1000000 /dev/urandom > bytes
gnet connect -t 20s "$1" < bytes | cmp - bytes
gnet ws "$1" -n 1 -b < bytes > back
stop
same "$status" 0

# With its modes, and its limits.
start echo-server ws-l://127.0.0.1:0 --mode upper --banner hello --close-after 6
printf shout | gnet connect -t 20s "ws://127.0.0.1:$port" > out
same "$(tr -d '\r' < out)" "hello
SHOUT"
printf 'a long shout' | gnet connect -E -t 20s "ws://127.0.0.1:$port" > /dev/null
stop
start echo-server ws-l://127.0.0.1:0 --mode daytime
gnet connect -d -t 20s "ws://127.0.0.1:$port" > out
grep -q ':' out || fail "no time: $(cat out)"
stop
start echo-server ws-l://127.0.0.1:0 --deny 127.0.0.0/8
expect 8 gnet echo-client -n 1 "ws://127.0.0.1:$port" -t 20s
stop

# What is no server at all.
echoes exec:cat
echoes 'sh:cat | cat'
echoes echo:
expect 8 gnet echo-client -n 1 null:
expect 9 gnet echo-client -n 1 exec:/nonexistent/program
expect 2 gnet echo-client -n 1 systemd:x
expect 2 gnet echo-server exec:cat
contains err 'gnet exec-server runs a program for each connection'
expect 2 gnet echo-server inetd:
expect 3 gnet echo-server systemd:x
expect 2 gnet http-serve ws-l://127.0.0.1:0 .

