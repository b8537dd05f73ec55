# gnet connect: what is sent and printed, when it ends, and with which status.
. "$(dirname "$0")/prelude.sh"

# listen ARGS…: gnet connect -l as a server, with what is in the file `input`; sets $where and
# $listener. What it prints is in heard.
listen() {
  rm -f listen.err
  "$GNET" connect -l -t "$life" "$@" < input > heard 2> listen.err 8>&- &
  listener=$!
  started="$started $listener"
  await listen.err 'listening on '
  where=$(sed -n 's/^listening on //p' listen.err)
}

# Every byte arrives, and the end of the input is handed on, over everything.
head -c 3000000 /dev/urandom > bytes
whole() {
  gnet connect -t "$life" "$@" < bytes > back 2> err || fail "exit $?: gnet connect $*: $(cat err)"
  cmp bytes back || fail "not whole: gnet connect $*"
}
start echo-server tcp-l://127.0.0.1:0 tls-l://127.0.0.1:0 "unix-l://$work/s.sock" \
  --idle-timeout 0
tls=$(echo "$endpoints" | tr ' ' '\n' | grep tls)
whole "127.0.0.1:$port"
whole 127.0.0.1 "$port"
whole "TCP:127.0.0.1:$port"
whole -k "$tls"
whole --tls -k "127.0.0.1:${tls##*:}"
whole "$work/s.sock"
whole -U "$work/s.sock"
whole exec:cat
whole 'sh:cat | cat'
whole PIPE
: > input
listen -e cat ws-l://127.0.0.1:0/chat
whole "$where"
wait "$listener" || fail "exit $?: $(cat listen.err)"
listen -e cat --tls 127.0.0.1:0
whole -k "$where"
wait "$listener" || fail "exit $?: $(cat listen.err)"

# An answer that comes late is waited for: the server sleeps, and not this script.
listen -e 'sh -c "cat > /dev/null; sleep 1.5; echo late"' 127.0.0.1:0
echo hi | gnet connect "$where" > out
same "$(cat out)" late
listen -e 'sh -c "cat > /dev/null; sleep 1.5; echo late"' ws-l://127.0.0.1:0
echo hi | gnet connect "$where" > out
same "$(cat out)" late
# Nor does standard input that is closed end it.
listen -e 'sh -c "echo first; sleep 0.2; echo last"' 127.0.0.1:0
gnet connect "$where" <&- > out
same "$(cat out)" "first
last"

# But for those who do not want to wait.
listen -e 'sh -c "cat > /dev/null; sleep 40"' 127.0.0.1:0
expect 0 gnet connect -w 50ms "$where"
listen -e 'sleep 40' 127.0.0.1:0
expect 0 gnet connect -E "$where"
listen -e 'sleep 40' 127.0.0.1:0
expect 124 gnet connect -t 100ms "$where"
contains err 'timed out after 100ms'
listen -e 'sleep 40' 127.0.0.1:0
expect 124 gnet connect -i 100ms "$where"
contains err 'nothing came or went for 100ms'

# Both sides of a conversation, without a program.
echo 'from the listener' > input
listen 127.0.0.1:0
echo 'from the client' | gnet connect -t 20s "$where" > out
wait "$listener" || fail "exit $?"
same "$(cat out)" 'from the listener'
same "$(cat heard)" 'from the client'
: > input
listen --keep-open "unix-l://$work/k.sock"
for word in one two three; do echo $word | gnet connect -t 20s "$where"; done
await heard three
kill "$listener"
status=0 && wait "$listener" || status=$?
same "$status" 143
same "$(cat heard)" "one
two
three"
[ ! -e "$work/k.sock" ] || fail "the socket is still there"

# Datagrams: a session of each, and an end that is a silence.
start echo-server udp-l://127.0.0.1:0
printf ping | gnet connect -t 20s -u "127.0.0.1:$port" > out
same "$(cat out)" ping
listen -u -e cat 127.0.0.1:0
printf pong | gnet connect -t 20s "$where" > out
same "$(cat out)" pong

# What is sent, and what is expected.
start echo-server -p 0 -4
expect 0 gnet connect "127.0.0.1:$port" --send "hello" --expect '^h.llo$' -t 20s
same "$(cat out)" hello
expect 0 gnet connect "127.0.0.1:$port" --send hello
same "$(cat out)" hello
expect 124 gnet connect "127.0.0.1:$port" --send hello --expect nothing -t 100ms
expect 1 gnet connect exec:true --expect ready
expect 0 gnet connect "127.0.0.1:$port" --send hello --expect ll --json
contains out '"matched":true,"received":"hello","received_bytes":5,"sent_bytes":5'
printf 'a\nb\r\n' | gnet connect -C "127.0.0.1:$port" | od -An -c | tr -s ' ' > out
same "$(cat out)" ' a \r \n b \r \n'
printf abc | gnet connect --send-only "127.0.0.1:$port" > out
same "$(cat out)" ''
expect 0 gnet connect -d -w 0 text:news
same "$(cat out)" news

# What is shown, and kept.
printf 'ping\n' | gnet connect --dump text --log kept "127.0.0.1:$port" > out 2> err
contains err '> 5 bytes'
contains err '< 5 bytes'
same "$(cat kept)" "ping
ping"
printf 'ping\n' | gnet connect --dump hex "127.0.0.1:$port" 2> err > out
contains err '70 69 6e 67 0a'
printf 'ping\n' | gnet connect --dump json "127.0.0.1:$port" 2> err > out
contains err '"ping\n"'

# Which ports are open.
expect 0 gnet connect -z "127.0.0.1:$port"
contains out "127.0.0.1:$port  open"
expect 0 gnet connect -z --json 127.0.0.1 1 "$port-$port"
contains out "\"open\":[$port]"
contains out '"port":1,"open":false,"state":"refused"'
expect 1 gnet connect -z 127.0.0.1:1
contains out 'refused'
expect 1 gnet connect -z 127.0.0.1 1-2
contains out '0 of 2 open'
expect 4 gnet connect -z nothing.invalid:80 -t 20s

# What does not work says so.
expect 5 gnet connect 127.0.0.1:1
contains err 'cannot connect to tcp://127.0.0.1:1: connection refused'
expect 9 gnet connect exec:/nonexistent/program
expect 9 gnet connect file:/nonexistent/file
expect 9 gnet connect -e no-such-program "127.0.0.1:$port"
same "$(cat err)" "gnet connect: cannot run 'no-such-program': no such file or directory"
status=0
echo abc | gnet connect "file:/dev/full?append=1" 2> err || status=$?
same "$status" 9
contains err 'no space left on device'

# Nor does a listener wait for ever for a program that is not there; who has come sees a reset.
listen -e no-such-program 127.0.0.1:0
gnet connect "$where" < /dev/null > out 2> err && fail "no reset"
contains err reset
status=0 && wait "$listener" || status=$?
same "$status" 9
contains listen.err "cannot run 'no-such-program': no such file or directory"
listen --keep-open -e no-such-program 127.0.0.1:0
for time in first second; do
  gnet connect "$where" < /dev/null > out 2> err && fail "no reset the $time time"
  contains err reset
done
kill "$listener"
status=0 && wait "$listener" || status=$?
same "$status" 143
same "$(grep -c "cannot run 'no-such-program': no such file or directory" listen.err)" 2
expect 2 gnet connect
contains err 'ENDPOINT is missing: where to connect'
expect 2 gnet connect tcp://h:1 80
expect 2 gnet connect systemd:x
expect 2 gnet connect -l exec:cat
contains err 'gnet exec-server runs a program for each connection'
expect 2 gnet connect --json "127.0.0.1:$port"
for listening in '' -l; do
  expect 2 gnet connect $listening --tls-min 1.3 127.0.0.1:1
  contains err 'options of TLS need --tls'
done
GNET_TLS_MIN=1.3 expect 0 gnet connect "127.0.0.1:$port"
expect 2 gnet connect -e cat --send x "127.0.0.1:$port"
expect 3 gnet connect -l "127.0.0.1:$port"
expect 3 gnet connect -l systemd:x
expect 7 gnet connect "ws://127.0.0.1:$port" -t 20s
start http-echo -p 0 -4
expect 7 gnet connect "ws://127.0.0.1:$port/nothing-there" -t 20s
