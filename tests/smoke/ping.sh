# gnet ping: who answers, and in what time; who does not, and why.
. "$(dirname "$0")/prelude.sh"

# answered COUNT TARGET: so many probes to it were, which have lines, and a row in the table.
answered() {
  same "$(grep -c "^$2: seq=[0-9]* .*time=[0-9.]*[mu]*s" out)" "$1"
  grep -q "^$2  *$1  *$1  *0%  " out || fail "no such row: $(cat out)"
}

# Every kind of endpoint, all at once.
start echo-server tcp-l://127.0.0.1:0 tls-l://127.0.0.1:0 udp-l://127.0.0.1:0 \
  "unix-l://$work/s.sock" "unixgram-l://$work/g.sock"
set -- $endpoints
tcp=$1 tls=$2 udp=$3
expect 0 gnet ping -k -c 3 -i 10ms -t "$life" "$@"
contains err '--insecure: it may be anybody who answers'
for target in "$@"; do answered 3 "$target"; done

# Its phases, in each line and as rows.
expect 0 gnet ping -k -c 2 -i 0 -t "$life" --split "$tls" "$udp"
grep -q "^$tls: seq=2 time=[^ ]* connect=[^ ]* tls=[^ ]*$" out || fail "no phases: $(cat out)"
grep -q "^  tls  *2  *[0-9]" out || fail "no row of a phase: $(cat out)"
expect 0 gnet ping -c 1 -t "$life" --split "$udp"
grep -q "^$udp: seq=1 time=[^ ]* answer=[^ ]*$" out || fail "no phases: $(cat out)"

# Who is asked may stand in lines; the socket of --unix is a target, too.
printf '# servers\n\n  %s  \r\n%s' "$tcp" "$udp" > targets
gnet ping -c 1 -t "$life" - < targets > out
answered 1 "$tcp"
answered 1 "$udp"
expect 0 gnet ping -c 1 -t "$life" -U "$work/s.sock"
answered 1 "unix://$work/s.sock"
expect 0 gnet ping -c 1 -t "$life" "${tcp#*://}"
answered 1 "$tcp"

# How much is told, and where.
expect 0 gnet ping -c 4 -i 1ms -t "$life" -q "$tcp"
same "$(wc -l < out | tr -d ' ')" 2
expect 0 gnet ping -c 4 -i 1ms -t "$life" -qq "$tcp"
same "$(cat out err)" ''
expect 0 gnet ping -i 1ms -t "$life" --json --audible "$tcp"
same "$(grep -c '"event":"reply"' out)" 4
contains out '"interim":false,'
contains out '"sent":4,"received":4,"lost":0,"loss_percent":0,"min_us":'
same "$(tr -cd '\a' < err | wc -c | tr -d ' ')" 4

# Messages are as long as --size says, where there are any.
for size in 1 7 8 1400 65507; do
  expect 0 gnet ping -c 2 -i 1ms -t "$life" -s "$size" "$tcp" "$udp"
  answered 2 "$udp"
done
for size in 0 65508 1G; do
  expect 2 gnet ping -c 1 -s "$size" "$udp"
  contains err "--size must be from 1 to 65507 for $udp"
done
expect 2 gnet ping -c 1 -s 65528 'udp://[::1]:9'
contains err '--size must be from 1 to 65527 for udp://[::1]:9'
expect 2 gnet ping -c 1 -s 10 "$tcp"
contains err '--size is for targets of udp and ws'

# Conditions.
expect 0 gnet ping -c 2 -i 1ms -t "$life" --fail-if 'loss>0 p95>1h' --fail-if 'received!=2' "$tcp"
expect 1 gnet ping -c 2 -i 1ms -t "$life" --fail-if 'max>1h received<3' "$tcp" "$udp"
contains err "gnet ping: $tcp: received is 2, which is < 3"
contains err "gnet ping: $udp: received is 2, which is < 3"
expect 1 gnet ping -c 1 -t "$life" -qq --fail-if 'p50>=0' "$tcp"
same "$(cat out err)" ''
for wrong in '' nonsense 'p101>1s' 'p95>fast' 'loss>1s' 'p95 20ms'; do
  expect 2 gnet ping -c 1 --fail-if "$wrong" "$tcp"
  contains err 'gnet: --fail-if: '
  same "$(cat out)" ''
done

# Without a number it has no end at a terminal.
if command -v python3 > /dev/null; then
  python3 "$here/terminal.py" "await seq=9" "type \\x03" gone -- "$GNET" ping -i 1ms -t "$life" "$tcp" > typed
  contains typed 'status 130'
  contains typed 'RECEIVED'
fi

# A signal ends it, and another asks how it is going.
"$GNET" ping -c 0 -i 1ms -t "$life" "$tcp" > asked 2> err &
asker=$!
started="$started $asker"
await asked 'seq=3 time='
kill -USR1 "$asker"
await asked RECEIVED
kill -INT "$asker"
status=0 && wait "$asker" || status=$?
same "$status" 130
same "$(grep -c RECEIVED asked)" 2

# A server that answers something else, and one that answers nothing.
stop
start echo-server udp-l://127.0.0.1:0 --mode upper
expect 1 gnet ping -c 1 -t "$life" "udp://127.0.0.1:$port"
contains out 'seq=1 lost: the answer is not what was sent'
stop
start echo-server udp-l://127.0.0.1:0 --mode discard
expect 1 gnet ping -c 5 -i 1ms -t 100ms "udp://127.0.0.1:$port"
same "$(grep -c 'lost: no answer within 100ms$' out)" 5
# Nobody waits for those before: one after the other it were two minutes.
expect 1 gnet ping -c 60 -i 10ms -t 2s -q --json "udp://127.0.0.1:$port"
contains out '"lost":60,"loss_percent":100,'
ms=$(sed -n 's/.*"ms":\([0-9]*\),.*/\1/p' out)
[ "$ms" -ge 2500 ] && [ "$ms" -lt 40000 ] || fail "it took $ms ms"
stop

# One that answers is enough; nobody is not. A name that nobody has is asked for once.
expect 1 gnet ping -c 2 -i 1ms -t "$life" "$tcp" "$udp" "$work/none.sock"
contains out "$tcp: seq=2 lost: connection refused"
contains out "$udp: seq=2 lost: connection refused"
contains out "none.sock: seq=2 lost: no such file or directory"
grep -q "^$tcp  *2  *0  *100%  *-  *-" out || fail "no such row: $(cat out)"
start http-echo -p 0 -4
expect 0 gnet ping -c 1 -t "$life" "$tcp" "http://127.0.0.1:$port/"
expect 1 gnet ping -c 1 -t "$life" --fail-if 'p50>1h' "$tcp" "http://127.0.0.1:$port/"
contains err "$tcp: there is no p50: nothing was answered"
expect 4 gnet ping -c 2 -i 1ms -t "$life" nothing.invalid:1 http://nothing.invalid/
contains out 'tcp://nothing.invalid:1: seq=1 lost: '
contains out 'http://nothing.invalid/: seq=1 lost: '
expect 1 gnet ping -c 1 -t "$life" nothing.invalid:1 "$tcp"
expect 0 gnet ping -c 2 -i 1ms -t "$life" nothing.invalid:1 "http://127.0.0.1:$port/"

# HTTP: any status is an answer, and redirects are not followed.
expect 0 gnet ping -c 2 -i 1ms -t "$life" --split "http://u:secret@127.0.0.1:$port/" \
  "http://127.0.0.1:$port/status/503" "http://127.0.0.1:$port/redirect/1"
contains out "http://127.0.0.1:$port/: seq=2 status="
contains out "/status/503: seq=2 status=503 time="
contains out "/redirect/1: seq=1 status=302 time="
contains out " first_byte="
! grep -q secret out err || fail 'a password'
start http-echo -p 0 -4 --tls
expect 1 gnet ping -c 1 -t "$life" "https://127.0.0.1:$port/"
contains out 'lost: '
contains out certificate
expect 0 gnet ping -c 1 -t "$life" -k --split "https://127.0.0.1:$port/"
contains out ' tls='

# A WebSocket is opened once.
start ws-echo -p 0 -4 --json
port=${port%/}
expect 0 gnet ping -c 4 -i 1ms -t "$life" --split "ws://127.0.0.1:$port"
same "$(grep -c ' upgrade=[^ ]* answer=[^ ]*$' out)" 1
same "$(grep -c "seq=[234] time=[^ ]* answer=[^ ]*$" out)" 3
same "$(grep -c '"event":"accept"' server.out)" 1
await server.out '"event":"close"'
expect 0 gnet ping -c 3 -i 0 -t "$life" -s 1 "ws://127.0.0.1:$port"
expect 2 gnet ping -c 1 -s 126 "ws://127.0.0.1:$port"
ws=ws://127.0.0.1:$port
stop
expect 1 gnet ping -c 1 -t "$life" "$ws"
contains out 'seq=1 lost: connection refused'

# A name server whose answer is always that there is no such name.
if command -v perl > /dev/null; then
  cat > names.pl << 'END'
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1') or die;
$| = 1;
print $socket->sockport, "\n";
while (defined $socket->recv(my $query, 4096)) {
  substr($query, 2, 2) = "\x81\x83";
  $socket->send($query);
}
END
  mkfifo names_port
  perl names.pl > names_port 8>&- &
  started="$started $!"
  read -r port < names_port
  expect 0 gnet ping -c 2 -i 1ms -t "$life" "dns://127.0.0.1:$port/nobody.test?type=MX"
  contains out "dns://127.0.0.1:$port/nobody.test?type=MX: seq=2 rcode=NXDOMAIN time="
  gnet ping -c 1 -t "$life" --json "dns://127.0.0.1:$port/nobody.test" > out
  contains out '"rcode":"NXDOMAIN"'
fi
expect 1 gnet ping -c 1 -t "$life" dns://127.0.0.1:1/a.test
contains out 'lost: connection refused'

# Through a proxy.
start echo-server tcp-l://127.0.0.1:0
echo=127.0.0.1:$port
start proxy -p 0 -4
expect 0 gnet ping -c 1 -t "$life" --split -x "socks5://127.0.0.1:$port" "$echo"
contains out ' proxy='

# What makes no sense says so before anything is sent.
expect 2 gnet ping
contains err 'TARGET is missing'
expect 2 gnet ping tcp-l://127.0.0.1:1
expect 2 gnet ping exec:cat
expect 2 gnet ping tcp://:99999
expect 2 gnet ping example.org
expect 2 gnet ping -k :1
expect 2 gnet ping --tls http://127.0.0.1:1/
expect 2 gnet ping --tls udp://:1
expect 2 gnet ping dns:
expect 2 gnet ping dns://127.0.0.1
expect 2 gnet ping 'dns:a.test?type=NOTHING'
expect 2 gnet ping -c x :1
expect 2 gnet ping -i 10us :1
seq 257 > many
gnet ping - < many > out 2> err && fail 'so many'
contains err 'there are more than 256 targets'
