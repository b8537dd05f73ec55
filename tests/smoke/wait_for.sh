# gnet wait-for: what is there, what is missing and why, and the program that it becomes.
. "$(dirname "$0")/prelude.sh"

# missing TEXT ARGS…: the targets are not there, for that reason. A machine that has much to do gets
# more time.
missing() {
  text=$1
  shift
  for time in 100ms 400ms 1600ms 6400ms; do
    expect 124 gnet wait-for -t "$time" "$@"
    ! grep -qF -- "$text" err || return 0
  done
  fail "no '$text': $(cat err)"
}

# What is there already, of every kind, all at once.
start echo-server tcp-l://127.0.0.1:0 tls-l://127.0.0.1:0 udp-l://127.0.0.1:0 \
  "unix-l://$work/s.sock" "unixgram-l://$work/g.sock" --name waited --control "$work/c.sock"
set -- $endpoints
expect 0 gnet wait-for -k -t "$life" --json "$@" "$work/s.sock" "port:$port" "pid:$$" "file:$work" \
  'sh:exit 0' exec:true dns:localhost "ready:$work/c.sock"
contains out '"ready":true,"ms":'
same "$(grep -o '"ready":true,"tries":' out | wc -l | tr -d ' ')" 13
expect 6 gnet connect -d -t "$life" "$2"
missing 'certificate' "$2"
tcp=127.0.0.1:$port
udp=$3
# What is sent back what it was asked is no answer.
missing "ready:$work/s.sock: what came is no answer of a gnet process: " "ready:$work/s.sock"
stop

# Each that is missing is told with its reason; hidden passwords stay hidden.
missing "it ends with status 3 (" "$tcp" "$udp" "$work/none.sock" file:none port:1 pid:4194305 \
  'sh:exit 3' dns:nothing.invalid redis://:secret@127.0.0.1:1 http://u:secret@127.0.0.1:1/ ready:nobody
contains err ': 11 of 11 targets missing'
contains err "tcp://$tcp: connection refused ("
contains err "$udp: connection refused ("
contains err "none.sock: no such file or directory ("
contains err "port:1: nobody listens ("
contains err "pid:4194305: no such process ("
contains err "dns:nothing.invalid: "
contains err "redis://127.0.0.1:1: connection refused"
contains err "http://127.0.0.1:1/: connection refused"
! grep -q secret err || fail 'a password'
expect 124 gnet wait-for -t 50ms -qq "$tcp"
same "$(cat err)" ''
expect 124 gnet wait-for -t 50ms --json "$tcp"
contains out '"ready":false,"tries":'
contains out '"reason":"connection refused"'

# A program that is given up takes along what it has started.
expect 124 gnet wait-for -t 300ms 'sh:sleep 97531 & echo $! > left; wait'
while kill -0 "$(cat left)" 2> /dev/null; do :; done
"$GNET" wait-for -t "$life" 'sh:sleep 97531 & echo $! > left_by_signal; wait' 2> err &
watcher=$!
started="$started $watcher"
until [ -s left_by_signal ]; do :; done
kill "$watcher"
wait "$watcher" || :
while kill -0 "$(cat left_by_signal)" 2> /dev/null; do :; done

# What does not answer is bounded: each attempt, and all of them.
mkfifo keep_listening
cat > deaf.pl << 'END'
use IO::Socket::INET;
my $listener = IO::Socket::INET->new(Listen => 100, LocalAddr => '127.0.0.1') or die;
$| = 1;
print $listener->sockport, "\n";
sysread STDIN, my $byte, 1;
END
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }
exec 7<> keep_listening
perl deaf.pl < keep_listening > deaf_port 7>&- &
started="$started $!"
until [ -s deaf_port ]; do :; done
deaf=$(cat deaf_port)
expect 0 gnet wait-for -t "$life" "$deaf"
missing 'no answer within 100ms (' "http://127.0.0.1:$deaf/" --connect-timeout 100ms
expect 124 gnet wait-for -t 50ms --json "http://127.0.0.1:$deaf/"
contains out '"reason":"no answer yet"'
missing '1 of 1 target still there' --gone "http://127.0.0.1:$deaf/" --connect-timeout 100ms
missing 'it is there' --gone "$deaf"

# One is enough, or none may be there; a file that comes, and goes.
expect 0 gnet wait-for -t "$life" --any "$tcp" "127.0.0.1:$deaf"
expect 0 gnet wait-for -t "$life" --gone "$tcp" "$work/none.sock" pid:4194305 file:none
"$GNET" wait-for -t "$life" -v file:appears 2> watched &
watcher=$!
started="$started $watcher"
gnet wait-for -t "$life" 'sh:exit 0'
: > appears
wait "$watcher" || fail "exit $?: $(cat watched)"
contains watched 'file:appears: there after '
"$GNET" wait-for -t "$life" --gone file:appears &
watcher=$!
rm appears
wait "$watcher" || fail "exit $?"

# A process that ends is gone even though its parent has not looked.
perl -e 'my $pid = fork // die; exit 0 unless $pid; $| = 1; print "$pid\n"; sysread STDIN, my $byte, 1' \
  < keep_listening > zombie 7>&- &
started="$started $!"
until [ -s zombie ]; do :; done
expect 0 gnet wait-for -t "$life" --gone "pid:$(cat zombie)"

# A port that opens is seen within 50 ms and what a look at one that is open takes, if this machine
# has the time.
cat > late.pl << 'END'
use IO::Socket::INET;
use Time::HiRes qw(time sleep);
my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
my $port = $listener->sockport;
close $listener;
my $child = open(my $waiting, '-|') // die;
exec @ARGV, "127.0.0.1:$port" or die unless $child;
sleep 0.35;
$listener = IO::Socket::INET->new(Listen => 9, LocalAddr => "127.0.0.1:$port", ReuseAddr => 1) or die;
my $began = time;
waitpid $child, 0;
my ($code, $seen) = ($? >> 8, time);
system @ARGV, "127.0.0.1:$port";
printf "%d %d\n", $code, 1000 * ($seen - $began - (time - $seen));
END
best=1000
for try in $(seq 20); do
  perl late.pl "$GNET" wait-for -t "$life" > seen
  read -r code late < seen
  same "$code" 0
  [ "$late" -ge "$best" ] || best=$late
  [ "$best" -gt 50 ] || break
done
[ "$best" -le 50 ] || fail "$best ms late"

# HTTP: statuses, bodies, fields; redirects are followed when that is asked for.
http_peer
expect 0 gnet wait-for -t "$life" "http://$http/redirect/1" "http://$http/json"
missing 'status 302, where 200 was expected' --status 200 "http://$http/redirect/1"
expect 0 gnet wait-for -t "$life" -L --status 200 "http://$http/redirect/1"
missing 'status 503, where 200-399 was expected' "http://$http/status/503"
expect 0 gnet wait-for -t "$life" --status 404,500-503 "http://$http/status/503"
missing "a body without 'no such thing'" --body 'no such thing' "http://$http/json"
start http-echo -p 0 -4
expect 0 gnet wait-for -t "$life" -H 'X-Word: here I am' --body 'here I am' \
  "http://127.0.0.1:$port/headers"
expect 0 gnet wait-for -t "$life" --stable 3 -i 10ms --json "http://127.0.0.1:$port/anything"
contains out '"tries":3'
expect 0 gnet wait-for -t "$life" "ws://127.0.0.1:$port/ws"

start http-echo -p 0 -4 --tls
missing certificate "https://127.0.0.1:$port/"
expect 0 gnet wait-for -t "$life" -k "https://127.0.0.1:$port/"
contains err '--insecure: it may be anybody who answers'

# The program is this process: its number, its input and output, its status.
echo input > input
"$GNET" wait-for -t "$life" file:input -- sh -c 'echo $$; cat; exit 7' < input > out 2> err &
pid=$!
status=0
wait "$pid" || status=$?
same "$status" 7
same "$(cat out)" "$pid
input"
same "$("$GNET" wait-for --json file:input -- echo mine 2> err)" mine
contains err '"ready":true'
# It has the signals that it would have without gnet, and no files but its own.
same "$("$GNET" wait-for file:input -- ls /proc/self/fd)" "$(ls /proc/self/fd)"
same "$("$GNET" wait-for file:input -- sed -n 's/^SigIgn:.*\(....\)$/\1/p' /proc/self/status)" \
  "$(sed -n 's/^SigIgn:.*\(....\)$/\1/p' /proc/self/status)"
expect 127 gnet wait-for file:input -- /nonexistent/program
contains err "gnet wait-for: cannot run '/nonexistent/program': no such file or directory"
expect 126 gnet wait-for file:input -- ./input
expect 124 gnet wait-for -t 50ms file:none -- echo never
same "$(cat out)" ''

# A signal ends it, and tells what was missing.
"$GNET" wait-for -t "$life" file:none 2> ended.err &
watcher=$!
started="$started $watcher"
await ended.err 'waiting for file:none'
kill -USR1 "$watcher"
await ended.err 'file:none: no such file or directory ('
kill "$watcher"
status=0 && wait "$watcher" || status=$?
same "$status" 143

# What cannot be waited for says so before anything is tried.
expect 2 gnet wait-for
contains err 'TARGET is missing'
expect 2 gnet wait-for tcp-l://127.0.0.1:1
expect 2 gnet wait-for tcp://:99999
expect 2 gnet wait-for null:
expect 2 gnet wait-for port:0
expect 2 gnet wait-for pid:x
expect 2 gnet wait-for --status 20 "http://$http/json"
expect 2 gnet wait-for --body '(' "http://$http/json"
expect 2 gnet wait-for --stable 0 file:x
expect 2 gnet wait-for -i 0 file:x
expect 2 gnet wait-for -k file:x

# Options that no target can use say so; one that can is enough.
for option in '--status 500' '--body x' '--header A:b' --follow; do
  # shellcheck disable=SC2086 # words
  expect 2 gnet wait-for $option tcp://127.0.0.1:1 file:input
  same "$(cat err)" "gnet: ${option%% *} is for http targets"
done
expect 2 gnet wait-for --send x "$work/g.sock" "unixgram://$work/g.sock" file:input
same "$(cat err)" 'gnet: --send is for udp targets'
expect 0 gnet wait-for -t "$life" --any --status 500 --send x "http://$http/json" "$udp" file:input
