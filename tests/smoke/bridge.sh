# gnet bridge: what is carried, how it ends and with which status, and who looks on.
. "$(dirname "$0")/prelude.sh"

: > server.err
start echo-server -p 0 -4
echo=tcp://127.0.0.1:$port
start ws-echo -p 0 -4
ws=ws://127.0.0.1:$port/

# What does not go together is said before anything is tried.
for line in "tcp-l://:1" "- - -" "- tcp-l://127.0.0.1:1" "- $echo --broadcast" "- $echo --pool 2" \
  "- $echo -u --reverse" "- $echo -E -w 1s" "- $echo --loss 1%" "- $echo --dump-file x" \
  "- $echo --dump hex --dump-file x.pcap" "- $echo --buffer-size 1" "- ftp://x" "- systemd:x" \
  "tcp-l://127.0.0.1:0 - --json" "- $echo --tls-cert x" "- $echo --max-per-ip 1" "- $echo --once" \
  "- $echo --ready-file x" "- $echo --print-port" "- $echo --proxy-protocol v1" "- $echo --daemon"; do
  expect 2 gnet bridge $line
  [ ! -e x ] && [ ! -e x.pcap ] || fail "$line made a file"
done

for option in --allow --deny; do
  expect 2 gnet bridge - "$echo" $option 127.0.0.1
  same "$(head -n 1 err)" "gnet: $option needs a left side that listens"
done
expect 0 gnet bridge - "$echo" --idle-timeout 20s --rate-limit 1M
# What a variable or a file says is for all commands, and of no use here.
GNET_THREADS=1 expect 0 gnet bridge - "$echo"

# Whatever ends a pair has its status, and its line.
expect 0 gnet bridge text:hello "$echo"
expect 5 gnet bridge text:hello tcp://127.0.0.1:1
same "$(cat err)" "gnet bridge: cannot connect to tcp://127.0.0.1:1: connection refused"
expect 4 gnet bridge text:hello tcp://no.such.name.invalid:1
expect 9 gnet bridge text:hello exec:/no/such/program
expect 9 gnet bridge text:hello file:/no/such/folder/file
expect 7 gnet bridge text:hello "${ws}elsewhere"
expect 6 gnet bridge text:hello "tls${echo#tcp}"
expect 124 gnet bridge 'sh:sleep 9' "$echo" --idle-timeout 50ms
expect 124 gnet bridge 'sh:sleep 9' "$echo" -t 50ms
expect 3 gnet bridge "unix-l:///no/such/folder/socket" "$echo"
expect 9 gnet bridge text:hello "$echo" --on-connect 'exit 3'
same "$(cat err)" "gnet bridge: --on-connect ended with status 3"
gnet bridge zero: - 2> err | head -c 1 > out || :
same "$(wc -c < out)$(cat err)" 1

# One way, or the other; sooner than both have ended.
same "$(gnet bridge -u text:there 'sh:cat >&2; echo back' 2>&1)" there
same "$(gnet bridge --reverse - text:back < /dev/null)" back
expect 0 gnet bridge -E 'sh:echo x; exec >&-; sleep 9' "$echo"
expect 0 gnet bridge -w 50ms text:x 'sh:sleep 9'
expect 0 gnet bridge --max-messages 2 --framing line 'sh:printf "1\n2\n3\n"; sleep 9' -
same "$(cat out)" "1
2"

# Standard output on the right, standard input on the left: one way there, the other back.
head -c 3000000 /dev/urandom > bytes
same "$(gnet bridge text:hello -)" hello
same "$(gnet bridge "file:$work/bytes" - | cksum)" "$(cksum < bytes)"

# Lines, lengths, and messages of a WebSocket.
same "$(printf 'a\0b\0' | gnet bridge --left-framing null --right-framing line - exec:cat -w 1s | tr '\0' '|')" "a|b|"
printf 'ab\nc\n' | gnet bridge -u --left-framing line --right-framing length2 - "sh:cat > framed"
same "$(od -An -c framed | tr -d ' ')" '\0002ab\0001c'
same "$(printf 'one\ntwo\n' | gnet bridge - "$ws" -w 300ms)" "one
two"
expect 7 gnet bridge --right-framing length2 --left-framing length4 \
  'sh:printf "\0\1\0\0"; head -c 65536 /dev/zero; sleep 9' "$echo"

# Who looks on.
echo hi | gnet bridge - "$echo" --dump hex > out 2> err
same "$(cat out)" hi
same "$(grep -c '68 69 0a ' err)" 2
echo hi | gnet bridge - "$echo" --dump text --dump-file shown > out
contains shown "> hi"
contains shown "< hi"
echo hi | gnet bridge - "$echo" --dump json 2>&1 > /dev/null | grep '"from":"right"' > out
contains out '"text":"hi\n"'
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | gnet bridge - "$echo" --dump http > out 2> err
contains err "> GET / HTTP/1.1"
echo hi | gnet bridge - "$echo" --tee both --tee-left left --tee-right right > out
same "$(cat both)" "hi
hi"
same "$(cat left) $(cat right)" "hi hi"
for again in 1 2; do echo hi | gnet bridge - "$echo" --dump-file hi.pcap > out; done
same "$(od -An -tx4 -N4 hi.pcap | tr -d ' ')" a1b2c3d4
if command -v tcpdump > /dev/null; then
  tcpdump -nn -v -r hi.pcap > shown 2> /dev/null
  ! grep -q incorrect shown || fail "$(cat shown)"
  same "$(grep -c 'Flags' shown)" 11
fi
# What cannot be written of it does not keep the bytes from going on, and is told in the end.
for file in --tee --tee-left --tee-right "--dump text --dump-file"; do
  status=0
  echo hi | gnet bridge - "$echo" $file /dev/full > out 2> err || status=$?
  same "$status $(cat out)" "9 hi"
  contains err "no space left on device"
done
GNET_LEFT= gnet bridge text:x "$echo" --on-connect 'echo "$GNET_LEFT $GNET_RIGHT"' 2> err > out
contains err "text:x $echo"
same "$(cat out)" ""

# Late, and slow.
before=$(date +%s%N)
same "$(echo late | gnet bridge - "$echo" --delay 100ms)" late
[ $(($(date +%s%N) - before)) -ge 200000000 ] || fail "--delay took less than twice 100ms"
before=$(date +%s%N)
expect 0 gnet bridge -u 'sh:head -c 3000 /dev/zero' null: --bandwidth 20K
[ $(($(date +%s%N) - before)) -ge 140000000 ] || fail "--bandwidth was exceeded"
expect 0 gnet bridge --framing line 'sh:seq 1000' - --loss 50%
[ "$(wc -l < out)" -gt 300 ] && [ "$(wc -l < out)" -lt 700 ] || fail "$(wc -l < out) of 1000"

# Both sides come again, and so does a program.
status=0
gnet bridge "sh:echo x >> $work/times" "$echo" -r5ms --reconnect-jitter 0 --max-retries 3 \
  > out 2> err || status=$?
same "$status" 8
same "$(wc -l < times)" 3
contains err "reconnecting in 5ms (attempt 1)"
expect 5 gnet bridge exec:true tcp://127.0.0.1:1 -r5ms --max-retries 2
# Standard input does not, nor a file; but until something is read the other side is tried again.
same "$(echo hi | gnet bridge - "$echo" -r)" hi
for left in - "file:$work/bytes"; do
  expect 5 gnet bridge "$left" tcp://127.0.0.1:1 -r5ms --reconnect-jitter 0 --max-retries 3
  contains err "reconnecting in 10ms (attempt 2)"
  contains err "gave up after 3 attempts"
done
expect 9 gnet bridge file:/no/such/file "$echo" -r
