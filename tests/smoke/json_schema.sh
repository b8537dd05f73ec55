# What --json prints is what schema/ says, no more and no less.
. "$(dirname "$0")/prelude.sh"
schema=$here/../../schema
command -v python3 > /dev/null || { echo "python3 is missing: skipped" >&2; exit 77; }

# check NAME FILE [EVENT…]: the lines of a file against a schema; all these events are among them.
check() {
  name=$1
  file=$2
  shift 2
  status=0
  python3 "$here/check_schema.py" "$schema/$name.json" "$@" < "$file" || status=$?
  [ "$status" != 77 ] || { echo "python3-jsonschema is missing: skipped" >&2; exit 77; }
  [ "$status" = 0 ] || fail "$name"
}

# A server through all of its life.
echo '[echo-server]' > gnet.toml
start echo-server -p 0 -4 -u -U "$work/s.sock" --mode chargen --drain-timeout 100ms --json \
  --config gnet.toml --access-log access --access-format json --stats-interval 50ms
hold 1
echo 'idle-timeout = "1h"' >> gnet.toml
kill -HUP "$server"
await server.out '"ok":true'
echo 'loss = "none"' >> gnet.toml
kill -HUP "$server"
await server.out '"ok":false'
peer reset "$work/s.sock"
await server.out '"event":"close"'
await server.out '"event":"stats"'
kill -USR1 "$server"
await server.err '"event":"stats"'
stop
same "$status" 10
{ cat server.out; grep '^{' server.err; } > servers
start echo-server udp-l://127.0.0.1:0 --delay 1h --drain-timeout 500ms --json
peer datagrams "127.0.0.1:$port" 1
await_datagrams 1
stop
cat server.out >> servers
start echo-server -p 0 -4 --deny 127.0.0.0/8 --access-log denied --access-format json
peer pipe "127.0.0.1:$port" < /dev/null > /dev/null
await denied 403
cat denied >> access

# A certificate that is another one from now on.
if command -v openssl > /dev/null; then
  certify() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=x \
      -keyout tls.pem -out certificate 2> /dev/null
    cat certificate >> tls.pem
  }
  certify
  start echo-server -p 0 -4 --tls-cert tls.pem --json
  certify
  kill -HUP "$server"
  await server.out '"pins":["sha256//'
  stop
  cat server.out >> servers
fi

# A client that has luck, one that has bad luck, and one that has none.
start echo-server -p 0 -4 -u --mode upper --loss 100%
expect 1 gnet echo-client -n 1 --json "127.0.0.1:$port"
cat out > clients
expect 1 gnet echo-client -n 1 --json "udp://127.0.0.1:$port"
cat out >> clients
stop
expect 5 gnet echo-client --reconnect=1ms --max-retries 2 --json "127.0.0.1:$port"
cat out >> clients

# A client of HTTP.
http_peer
for path in json gzip events redirect/2 status/404; do
  gnet http -L --json "http://$http/$path" >> answers
done
gnet http --json "$http/bytes/30?tag=a" -o kept >> answers
expect 1 gnet http --json -f "$http/status/404"
contains out '"fault":"404 Told"'
same "$(wc -l < out)" 1
cat out >> answers
gnet http --sse "$http/events" >> answers
head -c 100 /dev/urandom > random
gnet http --json "$http/echo" -d @random >> answers
gnet http --json "$http/cut" >> answers && fail "half an answer is one"
gnet http --json 127.0.0.1:1 >> answers && fail "nobody is somebody"

# Errors of all kinds.
for wrong in "--port x" "--nosuch" "--bind 192.0.2.1" "--access-log /nonexistent/log"; do
  gnet echo-server -p 0 --json $wrong >> servers 2> err && fail "this went well: $wrong"
done
for wrong in "tcp://:99999" "host.invalid:1" "/nonexistent/socket"; do
  gnet echo-client --json "$wrong" >> clients 2> err && fail "this went well: $wrong"
done

check echo-server servers listening accept close reload stats drain stopped error
check echo-client clients echo lost summary reconnect error
check http answers message count error

# A WebSocket, and none.
start ws-echo -p 0 -4 --json
port=${port%/}
expect 0 gnet ws ":$port" --send text -n 1 --json
cat out > sockets
printf x | gnet ws ":$port" -b -n 1 --json >> sockets
stop
expect 5 gnet ws ":$port" --reconnect=1ms --max-retries 2 --json
cat out >> sockets
check ws sockets open message close reconnect error

# Programs that end by themselves, and by a signal.
start exec-server tcp-l://127.0.0.1:0 -4 --json --sh 'read -r word; [ "$word" = die ] && kill -9 $$; exit 3'
printf 'die\n' | peer pipe "127.0.0.1:$port" > /dev/null
peer pipe "127.0.0.1:$port" < /dev/null > /dev/null
stop
cp server.out programs
check exec-server programs listening accept exit close stopped
check access-log access

# A proxy, all of whose users are counted.
echo '[proxy]' > gnet.toml
start echo-server -p 0 -4
echo=127.0.0.1:$port
start proxy -p 0 -4 -a ada:secret --drain-timeout 100ms --json --config gnet.toml --stats-interval 50ms
same "$(echo hi | gnet connect "$echo" -x "socks5://ada:secret@127.0.0.1:$port")" hi
await server.out '"event":"close"'
await server.out '"users":{"ada":'
kill -HUP "$server"
await server.out '"event":"reload"'
peer wait "127.0.0.1:$port" > waited &
started="$started $!"
: > server.err
await_active 1
stop
cat server.out > proxies
gnet proxy -p 0 --upstream ftp://x --json >> proxies 2> err && fail "this went well"
check proxy proxies listening accept close reload stats drain stopped error

# A process that is controlled.
mkdir run && export XDG_RUNTIME_DIR="$work/run"
echo '[echo-server]' > gnet.toml
start echo-server -p 0 -4 --name demo --config gnet.toml --drain-timeout 100ms
"$GNET" ctl events > events 8>&- &
started="$started $!"
await events following
hold 1
{
  for words in list stats 'stats echo' fibers config 'endpoints echo' conns 'notify echo hello' 'pause echo' \
    'resume echo' 'restart echo' 'log-level info' reload 'kick 99' 'stats nobody' 'add x echo-server -p 0' \
    'stop x --wait' 'start x' 'remove x' 'kick --peer 127.0.0.1'; do
    gnet ctl --json $words < /dev/null || :
  done
} > controlled
gnet ctl --name demo help --json >> controlled
gnet ctl --json list now >> controlled 2> err || :
gnet ctl --json shutdown >> controlled
finish
gnet ctl --json list >> controlled && fail 'nobody is there'
cat events >> controlled
check ctl controlled following service accept close notify error
gnet connect -z --json 127.0.0.1 1-2 > connect || :
gnet connect -d 'exec:echo hello' --expect ll --json >> connect
gnet connect -d 127.0.0.1:1 --expect ll --json >> connect || :
check connect connect error
gnet wait-for --json file:/ > waited
gnet wait-for --json -t 50ms file:/ file:/nonexistent >> waited || :
gnet wait-for --json tcp://:99999 >> waited || :
check wait-for waited error
start echo-server -p 0 -4
gnet ping --json --split -c 2 -i 1ms -t "$life" "$port" 127.0.0.1:1 http://127.0.0.1:1 > pinged
gnet ping --json -q -c 2 -i 1ms --fail-if 'loss>0' 127.0.0.1:1 >> pinged || :
gnet ping --json tcp://:99999 >> pinged || :
check ping pinged reply lost summary error
gnet ports --json --proto tcp,udp,unix -a > ports
gnet ports --json --who "$port" >> ports
gnet ports --json --free=2 >> ports
gnet ports --json --wait-free 1 >> ports
gnet ports --json --who x >> ports || :
"$GNET" ports --json --watch 1ms "$port" > changes &
started="$started $!"
await changes present
stop
await changes closed
grep -h '"event":"present"' changes >> ports
grep -h '"event":"closed"' changes >> ports
check ports ports present closed error
start http-echo -p 0 --route '/=200:hello'
gnet load --json -n 10 -c 2 "http://127.0.0.1:$port/" > load
gnet load --json -R 100 -n 10 -c 2 "http://127.0.0.1:$port/" --fail-if 'rps>1' --timeline seconds >> load || :
gnet load --json -n 10 -c 2 "http://127.0.0.1:$port/" > load_base
gnet load --json -n 10 -c 2 "http://127.0.0.1:$port/" --compare load_base --regress 99% >> load || :
gnet load --json --find-rate 'p99<10s' -d 100ms -c 2 "http://127.0.0.1:$port/" >> load
gnet load --json -n 1 http://127.0.0.1:1/ >> load || :
cat seconds >> load
stop
check load load second error
dns_peer
gnet dns --json "@127.0.0.1:$dns" www.test A MX TXT CAA HTTPS SOA NAPTR TYPE65280 > dns || :
gnet dns --json "@127.0.0.1:$dns" none.test blocked.test large.test TXT --nsid --cookie \
  --subnet 192.0.2.0/24 --padding >> dns || :
gnet dns --json "@127.0.0.1:$dns" -t 50ms deaf.test >> dns || :
gnet dns --json --system localhost >> dns
gnet dns --json "@127.0.0.1:$dns" -n 2 -i 0 www.test >> dns
gnet dns --json "@127.0.0.1:$dns" --nosuch >> dns || :
check dns dns answer summary error
gnet cert make --json localhost --ca ca -o made --p12 > cert
gnet cert make --json localhost --ca ca -o made >> cert || :
start echo-server -p 0 -4 --tls-cert made/localhost.pem --tls-key made/localhost-key.pem
gnet cert show --json --root --ca ca --probe "localhost:$port" >> cert
gnet cert show --json "localhost:$port" >> cert || :
gnet cert show --json made/localhost.p12 >> cert
gnet cert check --json --ca ca --days 9 "localhost:$port" made/localhost.pem nowhere.pem >> cert || :
gnet cert fingerprint --json "localhost:$port" made/localhost.pem >> cert
gnet cert pin --json made/localhost-key.pem >> cert
stop
check cert cert error
gnet version --json > version
check version version
gnet echo-server --explain --json -p 7 > explain
check explain explain

# Pairs that a bridge joins, whichever side says it.
start bridge tcp-l://127.0.0.1:0 exec:cat --json
echo hi | peer pipe "127.0.0.1:$port" > /dev/null
echo hi | gnet bridge - exec:cat --json > /dev/null 2> pairs
stop
cat server.out >> pairs
gnet bridge text:x tcp://127.0.0.1:1 --json >> pairs || :
check bridge pairs listening accept close stopped error

# Several services.
printf '[service.first]\ntype = "echo-server"\nport = 0\n' > services.toml
gnet run --print --json services.toml > services
start run services.toml --control none --json
expect 0 gnet echo-client -n 1 -q "127.0.0.1:$port"
await server.out '"event":"close"'
printf '[service.second]\ntype = "echo-server"\nport = 0\n' >> services.toml
kill -HUP "$server"
await server.out '"event":"reload"'
stop
cat server.out >> services
check run services listening accept close reload stopped

# The check is worth something: an event, a key or a type that nobody has heard of.
ts='"ts":"2026-11-21T12:01:07.123Z"'
cat > wrong << END
{$ts,"event":"nosuch","left":3}
{$ts,"event":"drain","left":3,"more":1}
{$ts,"event":"drain","left":"3"}
{$ts,"event":"drain"}
{"event":"drain","left":3}
{"ts":"now","event":"drain","left":3}
{$ts,"event":"reload","ok":true,"changed":[]}
{$ts,"event":"reload","ok":true,"changed":[],"restart":[],"pins":[]}
{$ts,"event":"reload","ok":true,"changed":[],"restart":[],"pins":["0123"]}
{$ts,"event":"stats","accepted":0,"refused":0,"active":0,"rx_bytes":0,"tx_bytes":0,"datagrams":0}
END
check echo-server wrong none
