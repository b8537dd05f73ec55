# gnet load: what it counts, what it finds when a server fails, and what its status says.
. "$(dirname "$0")/prelude.sh"

# number KEY: the number behind the first KEY of the report in out.
number() { sed -n "s/.*\"$1\":\([0-9.e+-]*\).*/\1/p" out | head -n 1; }
# is KEY TEXT: that number is this one.
is() { grep -q "\"$1\":$2[,}]" out || fail "$1 is not $2: $(cat out)"; }
# quick ARGS…: a short run, with a report for programs.
quick() { gnet load --json --warmup 0 -c 4 "$@"; }

# Each kind of server; what was asked for is what was answered.
start echo-server tcp-l://127.0.0.1:0 tls-l://127.0.0.1:0 udp-l://127.0.0.1:0 "unix-l://$work/s.sock"
set -- $endpoints
tcp=tcp://127.0.0.1:$port
for endpoint in "$tcp" "unix://$work/s.sock" "$2 -k" "$3"; do
  expect 0 quick -n 100 $endpoint
  is answers 100
  is errors 0
  is sent 100
done
expect 0 quick -n 100 "$tcp" --message 'number {{n}}'
is answers 100
expect 0 quick -n 100 "$tcp" -s 10K --threads 2
expect 0 quick -n 100 "$tcp" --no-keepalive
[ "$(number opened)" -ge 100 ] || fail "connections: $(cat out)"
expect 0 quick -n 100 "$tcp" --reuse 10
# Nobody trusts this certificate, and each answer has something else in it than was expected.
expect 6 quick -n 10 "$2"
expect 1 quick -n 10 -t 200ms "$tcp" --expect pong
contains out '"expect":10'
expect 0 quick -n 10 "$tcp" --expect 'p.ng'
# Bytes in both directions, and in one.
expect 0 quick -d 200ms --mode stream --bidir "$tcp"
[ "$(number received)" -gt 1000000 ] || fail "bytes: $(cat out)"
stop

start http-echo tcp-l://127.0.0.1:0 tls-l://127.0.0.1:0 --route '/a=200:hello'
set -- $endpoints
web=http://127.0.0.1:$port
expect 0 quick -n 1000 "$web/a"
is answers 1000
is 200 1000
expect 0 quick -n 1000 --pipeline 16 "$web/a"
is 200 1000
expect 0 quick -n 100 -k "https://127.0.0.1:${2##*:}/a"
is 200 100
expect 0 quick -n 100 "$web/a" --expect hello
expect 1 quick -n 100 "$web/a" --expect goodbye
expect 0 quick -n 64 -X PUT --body 'n={{n}}' "$web/nothing"
is 404 64
# A name that is not found is looked for before anything is sent.
expect 4 quick -n 1 http://nothing.invalid/

# Many targets, from a file and from standard input.
i=0
while [ "$i" -lt 1000 ]; do
  i=$((i + 1))
  printf 'GET %s/a?%d\nX-Number: %d\n\n' "$web" "$i" "$i"
done > targets
expect 0 quick -n 2000 --targets targets
is 200 2000
quick -n 10 --targets - < targets > out
is answers 10

# Conditions, and comparing.
expect 0 quick -n 100 "$web/a" --fail-if 'p99>60s errors>0 non2xx>0'
cp out base.json
expect 1 quick -n 100 "$web/nothing" --fail-if 'non2xx>0'
expect 0 gnet load -n 100 -c 4 "$web/a" --compare base.json
expect 2 quick -n 100 "$web/a" --fail-if 'nonsense>1'
expect 9 quick -n 100 "$web/a" --compare none.json
expect 2 quick -n 100 "$web/a" --regress 10%

# An open loop keeps to its rate, of which each second and each kind of report knows.
expect 0 quick -R 500 -d 1s "$web/a" --timeline seconds --hdr log.hlog
is answers 500
is loop '"open"'
contains out '"uncorrected_us":'
grep -q '"event":"second"' seconds || fail "no second: $(cat seconds)"
grep -q '^#\[Histogram log format version' log.hlog || fail "no log: $(cat log.hlog)"
expect 0 quick --stages 100@300ms,0@100ms,200@300ms "$web/a"
is answers 90
# A pause at the end is one as well, and each second knows what was due in it.
expect 0 quick --stages 100@100ms,0@1s --timeline seconds "$web/a"
is answers 10
[ "$(wc -l < seconds)" -ge 2 ] || fail "no pause at the end: $(cat seconds)"
sed -n '1s/.*"intended_rate_per_s":\([0-9.]*\).*/\1/p' seconds |
  awk '{ exit !($1 > 4 && $1 < 11) }' || fail "not the mean of the second: $(cat seconds)"
# Answers behind the end are awaited, and no part of the rate.
expect 0 quick -c 1 -R 40 -d 500ms "$web/delay/100ms" --fail-if 'rps>20'
is answers 20
expect 0 quick -c 10 -d 1s "$web/delay/900ms" --fail-if 'rps>11'
is answers 20
expect 0 quick --ramp 0..200/1s "$web/a"
is answers 100
expect 0 quick -R 1000 -n 100 --arrival poisson "$web/a"
is answers 100
for format in text csv hgrm html; do
  expect 0 gnet load -n 100 -c 4 "$web/a" --format "$format" -o "report.$format"
  [ -s "report.$format" ] && [ ! -s out ] || fail "no report of $format"
done
grep -q 'note: closed loop' report.text || fail "no note: $(cat report.text)"
expect 0 quick --find-rate 'p99<10s' -d 300ms "$web/a"
[ "$(number found_per_s | cut -d. -f1)" -gt 1 ] || fail "no rate: $(cat out)"
expect 1 quick --find-rate 'p50<1ns' -d 100ms "$web/a"
# What comes too late, however good, is no rate.
expect 1 quick --find-rate 'errors<1%' -d 100ms "$web/delay/300ms"

# A server that stands still makes those wait that were due meanwhile: the corrected latency has them.
mkfifo told
# hear_second: waits until a second of a run is over, and its end is not that of the run before.
hear_second() {
  exec 6< told
  read -r line <&6
}
"$GNET" load --json -R 1000 -c 4 -d 2s "$web/a" --timeline told > out &
load=$!
started="$started $load"
hear_second
kill -STOP "$server"
sleep 0.5
kill -CONT "$server"
wait "$load"
exec 6<&-
is answers 2000
awk -v c="$(sed -n 's/.*"latency_us":{[^}]*"p95":\([0-9.]*\).*/\1/p' out)" \
  'BEGIN { exit !(c > 300000) }' || fail "p95 does not know of the pause: $(cat out)"

# It is not the server that stands still when it does itself.
"$GNET" load --json -R 500 -c 4 -d 2s "$web/a" --timeline told > out &
load=$!
started="$started $load"
hear_second
kill -TSTP "$load"
until grep -q '^State:.T' "/proc/$load/status"; do :; done
sleep 1
kill -CONT "$load"
wait "$load"
exec 6<&-
is answers 1000
awk -v c="$(sed -n 's/.*"latency_us":{[^}]*"p95":\([0-9.]*\).*/\1/p' out)" \
  'BEGIN { exit !(c < 500000) }' || fail "its own pause counts: $(cat out)"

# A signal ends it with what there is, and another kind only asks.
"$GNET" load -c 4 -d 60s --warmup 0 "$web/a" --json --timeline told > out 2> interim.err &
load=$!
started="$started $load"
hear_second
kill -USR1 "$load"
await interim.err 'note: closed loop'
kill -INT "$load"
status=0
wait "$load" || status=$?
same "$status" 130
contains out '"partial":true'
exec 6<&-

# What it has done until then is the warm-up, if it has come no further.
"$GNET" load -c 4 -d 60s --warmup 60s "$web/a" --json --timeline told > out &
load=$!
started="$started $load"
hear_second
kill -INT "$load"
status=0
wait "$load" || status=$?
same "$status" 130
grep -q '"requests":{"sent":[0-9]*,"answers":[1-9]' out || fail "nothing was done: $(cat out)"
awk -v s="$(number warmup_s)" 'BEGIN { exit !(s < 50) }' || fail "no such warm-up: $(cat out)"
exec 6<&-
stop

# What must not break it.
http_peer
expect 1 quick -n 8 "$http/garbage"
is protocol 8
expect 1 quick -n 8 "$http/cut"
is lost 8
expect 1 quick -n 8 -t 200ms "$http/hang"
is timeout 8
expect 1 quick -R 100 -d 300ms -t 100ms --max-outstanding 8 "$http/hang"
is answers 0
[ "$(number dropped)" -gt 0 ] || fail "nothing dropped: $(cat out)"
expect 5 quick -n 8 http://127.0.0.1:1/
expect 5 quick -n 8 --no-keepalive http://127.0.0.1:1/
is connect 8
# Nobody listens where a socket has just been: each datagram is refused, and that is known at once.
start echo-server udp-l://127.0.0.1:0
nobody=udp://127.0.0.1:$port
stop
expect 1 quick -n 8 -t 30s "$nobody"
is connect 8
# With several servers an error says whose it is.
expect 1 quick -d 300ms "$http/garbage" http://127.0.0.1:1/
contains out '"text":"http://127.0.0.1:1: '
# Files are there before anything is sent.
expect 9 quick -n 1 "$http/a" --hdr /none/x
! grep -q latency_us out || fail "a report: $(cat out)"
expect 9 quick -n 1 http://127.0.0.1:1/ --timeline /none/x
expect 2 quick -n 1 "$http/a" --max-outstanding 8
expect 2 quick -n 1 "$http/a" --latency-from sent
expect 2 quick -n 1 "$http/a" --random
expect 2 gnet load
expect 2 quick -n 8 exec:cat
expect 2 quick -n 1 -d 1s "$http/a"
expect 2 quick -R 0 "$http/a"
expect 2 quick --mode stream "$http/a"
