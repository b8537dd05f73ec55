# The client: what it prints, and how it ends.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -u -U "$work/s.sock"
address=127.0.0.1:$port

expect 0 gnet echo-client -n 2 -i 0 "$address"
contains out "4 B from $address seq=1 rtt="
contains out "4 B from $address seq=2 rtt="
contains out "2 sent, 2 received, 0 lost, 0 mismatched"
expect 0 gnet echo-client -n 3 -i 0 -s 200K "$address"
expect 0 gnet echo-client -n 3 -i 0 -s 1000 "udp://$address"
expect 0 gnet echo-client -n 3 -i 0 "$work/s.sock"
expect 0 gnet echo-client -n 3 -i 0 -U "$work/s.sock" --message 'hello there'
contains out "11 B from $work/s.sock seq=1"
expect 0 gnet echo-client -n 10 -i 0 --connections 20 -q --json "localhost:$port"
contains out '"event":"summary","sent":200,"received":200,"lost":0,"mismatched":0'
same "$(wc -l < out)" 1
expect 0 gnet echo-client -n 2 -i 0 -qq --json "$address"
[ ! -s out ] || fail "-qq says: $(cat out)"

(ulimit -n 50 && expect 2 gnet echo-client --connections 1M "$address")
contains err "--connections 1000000: this process may open only 50 files; see ulimit -n"

# Lines of standard input are messages.
printf 'one\ntwo\nthree' | gnet echo-client --stdin -i 0 "$address" > out
contains out "4 B from $address seq=2"
contains out "5 B from $address seq=3"

# Elsewhere than the address says.
expect 0 gnet echo-client -n 1 --resolve "nowhere.invalid:$port:[::1],127.0.0.1" "nowhere.invalid:$port"
expect 0 gnet echo-client -n 1 --resolve "*:$port:127.0.0.1" "udp://nowhere.invalid:$port"
expect 0 gnet echo-client -n 1 --connect-to "::localhost:$port" nowhere.invalid:1
expect 0 gnet echo-client -n 1 --connect-to "a:1:b:$port" --resolve "b:$port:127.0.0.1" a:1
expect 4 gnet echo-client -6 -n 1 --resolve "a:$port:127.0.0.1" "a:$port"
expect 2 gnet echo-client --resolve a:1:b a:1
contains err "bad value 'a:1:b' for --resolve: 'b' is no address"
expect 2 gnet echo-client --connect-to a:1 a:1

# What the options ask for and the endpoint cannot be.
expect 0 gnet echo-client -6 -n 1 ":$port"
contains out "from [::1]:$port"
expect 2 gnet echo-client -4 '[::1]:1'
same "$(cat err)" "gnet: -4 does not go with tcp://[::1]:1"
expect 2 gnet echo-client --source nonsense :1
same "$(cat err)" "gnet: bad value 'nonsense' for --source: must be ADDR or ADDR:PORT"
expect 2 gnet echo-client '*:6011'
same "$(cat err)" "gnet: bad endpoint 'tcp://*:6011': '*' is for listening only"

# What makes no sense together, or alone.
for words in '--message x -s 1' '--stdin -s 1' '--stdin --message x' '--message=x -U x :1' '-s 0' \
  '-r --reconnect-factor 0.5' '-r --reconnect-jitter 1.5' '--max-retries 3' '--offline drop'; do
  expect 2 gnet echo-client $words
done
expect 2 gnet echo-client -s 100G "$address"
same "$(cat err)" "gnet: --size must be from 1 to 256M"
expect 2 gnet echo-client -r --reconnect-max 0 "$address"
same "$(cat err)" "gnet: --reconnect-max must be 1ms or more"
expect 2 gnet echo-client --message '' "$address"
same "$(cat err)" "gnet: --message must not be empty"

# It was answered, and the answer is wrong.
start echo-server -p 0 -4 --mode upper
expect 1 gnet echo-client -n 2 -i 0 "127.0.0.1:$port"
contains out "MISMATCH"
contains out "2 sent, 0 received, 0 lost, 2 mismatched"
expect 1 gnet echo-client -n 2 -i 0 --stop-on-error "127.0.0.1:$port"
contains out "1 sent, 0 received, 0 lost, 1 mismatched"
expect 0 gnet echo-client -n 1 --verify off "127.0.0.1:$port"

# Nobody there, no such name, too slow, cut off.
stop
expect 5 gnet echo-client "127.0.0.1:$port"
contains err "gnet echo-client: cannot connect to tcp://127.0.0.1:$port: connection refused"
contains out "0 sent, 0 received, 0 lost"
expect 5 gnet echo-client "$work/nowhere"
expect 4 gnet echo-client host.invalid:1
expect 2 gnet echo-client tcp://:99999
start echo-server -p 0 -4 --mode discard
expect 124 gnet echo-client -t 200ms "127.0.0.1:$port"
start echo-server -p 0 -4 --close-after 6
expect 8 gnet echo-client -n 9 -i 0 "127.0.0.1:$port"
contains err "gnet echo-client: lost the connection to 127.0.0.1:$port"

# Whoever looks on is told what it is waiting for.
mkfifo keep
exec 8<> keep
peer deaf < keep > deaf 8>&- &
started="$started $!"
until [ -s deaf ]; do :; done
port=$(cat deaf)
expect 124 gnet echo-client -t 1200ms "127.0.0.1:$port"
contains err "connecting to tcp://127.0.0.1:$port"
expect 124 gnet echo-client -q -t 1200ms "127.0.0.1:$port"
same "$(grep -c connecting err)" 0

# An answer that comes too late is not the answer to the next message.
start echo-server udp-l://127.0.0.1:0 --delay 1300ms
expect 1 gnet echo-client -n 2 -i 0 "udp://127.0.0.1:$port"
contains out "2 sent, 0 received, 2 lost"

# As many are sent as have any fate.
expect 9 gnet echo-client -n 1 -i 0 -s 65508 "udp://127.0.0.1:$port"
contains out "1 sent, 0 received, 1 lost, 0 mismatched"
start echo-server -p 0 -4 --deny 127.0.0.0/8
expect 8 gnet echo-client -n 1 -i 0 "127.0.0.1:$port"
contains out "1 sent, 0 received, 1 lost, 0 mismatched"
start echo-server -p 0 -4 --mode discard
expect 124 gnet echo-client -t 2s -n 1 "127.0.0.1:$port"
contains out "1 sent, 0 received, 1 lost, 0 mismatched"
