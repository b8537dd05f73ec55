# gnet exec-server in the middle of something: stops while programs run that do not want to end, input
# that nobody takes, answers that break off, and bursts for all.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }
ask() { printf 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' | peer pipe "127.0.0.1:$port" || :; }
head='printf "Content-Type: text/plain\n\n"'

# stops: the server ends by itself, and its program with it.
stops() {
  until [ -s pid ]; do :; done
  stop
  case $status in 0 | 10) ;; *) fail "$kind: exit $status" ;; esac
  ! kill -0 "$(cat pid)" 2> /dev/null || fail "$kind: its program is there"
  wait "$client" || :
  rm pid
}

for kind in http-l sse-l ws-l; do
  start exec-server "$kind://127.0.0.1:0" --drain-timeout 2s --drain-quiet 100ms \
    --sh "trap '' TERM; $head; echo \$\$ > pid; while :; do echo x; sleep 0.05; done"
  if [ "$kind" = ws-l ]; then
    # Input that has no end, and never makes anybody wait.
    "$GNET" ws ":$port" < /dev/zero > /dev/null 2>&1 &
  else
    ask > /dev/null &
  fi
  client=$!
  started="$started $client"
  stops
done

kind=pty
start exec-server ws-l://127.0.0.1:0 --pty --kill-after 300ms --drain-timeout 2s --drain-quiet 100ms \
  --sh 'stty -echo; echo up; echo $$ > pid; exec sleep 60'
perl "$here/ws_peer.pl" "127.0.0.1:$port" -- hear 'flood 5' 'ping taken' hear end > flooded 8>&- &
client=$!
started="$started $client"
await flooded 'pong taken'
stops

# Whoever reads as fast as it comes has all of it, once it is there: both have said so.
start exec-server tcp-l://127.0.0.1:0 ws-l://127.0.0.1:0 --shared --threads 2 \
  --sh 'read -r line; read -r line; seq 3000; exec sleep 60'
bytes=${endpoints%% *}
port=${endpoints##*:}
echo here | "$GNET" connect "$bytes" > one 2> one.err &
started="$started $!"
echo here | "$GNET" ws ":${port%/}" > two 2> two.err &
started="$started $!"
await one 3000
await two 3000
stop
same "$(wc -l < one | tr -d ' ') $(wc -l < two | tr -d ' ')" "3000 3000"

# Who has the answer to its upgrade is there.
start exec-server ws-l://127.0.0.1:0 --shared --sh 'until [ -e joined ]; do :; done; echo up; exec sleep 60'
same "$(perl "$here/ws_peer.pl" "127.0.0.1:$port" -- 'mark joined' hear 8>&-)" "text up"
stop

# An answer that breaks off does not look whole.
cut_short() {
  ask > answer
  contains answer 'Transfer-Encoding: chunked'
  contains answer x
  [ "$(tail -c 5 answer | tr -d '\r\n')" != 0 ] || fail "it looks whole"
}
start exec-server http-l://127.0.0.1:0 --time-limit 300ms --sh "$head; while :; do echo x; sleep 0.05; done"
cut_short
await server.err 'the program was out of time'
stop
start exec-server http-l://127.0.0.1:0 --sh "$head; echo x; kill -KILL \$\$"
cut_short
await server.err 'the program has not written all: signal 9'
stop
