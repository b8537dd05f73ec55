# gnet exec-server with programs that read nothing: a client that leaves is noticed all the same.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

ws() { perl "$here/ws_peer.pl" "127.0.0.1:$port/" "$@" 8>&-; }
port_of() { expr "$1" : '.*:\([0-9]*\)'; }
deaf='echo up; exec sleep 60'

# Less than the server holds for the program, more, and all that goes: the end of the connection is
# behind that. What the client has not heard would reset it, which is seen at any time.
start exec-server ws-l://127.0.0.1:0 --kill-after 50ms --json --sh "$deaf"
for sent in 'flood 10' 'flood 40' stuff; do
  : > server.out
  same "$(ws -- hear "$sent")" "text up"
  await server.out '"event":"exit"'
done
# One that stays gets signs of life, and no more.
: > server.out
ws -- hear 'flood 40' hear hear end > stays &
started="$started $!"
await stays "pong "
grep -q '"event":"exit"' server.out && fail "one that is there was taken for gone"
stop

# One that has said close and then goes is not waited for.
start exec-server ws-l://127.0.0.1:0 --kill-after 50ms --json --sh "$deaf"
same "$(ws -- hear 'flood 40' 'close 1000')" "text up"
await server.out '"event":"exit"'
stop

# Resets of TCP: of the socket itself, of pipes, with one for all.
for options in "" "--idle-timeout 50s"; do
  # shellcheck disable=SC2086  # words
  start exec-server tcp-l://127.0.0.1:0 --kill-after 50ms --json $options --sh "$deaf"
  peer stuff "127.0.0.1:$port"
  await server.out '"event":"exit"'
  stop
done
start exec-server tcp-l://127.0.0.1:0 ws-l://127.0.0.1:0 --shared --json \
  --sh 'read -r line; echo up; exec sleep 60'
bytes=$(port_of "$endpoints")
port=$(port_of "${endpoints#* }")
ws -- 'say here' hear stuff > heard &
started="$started $!"
await server.out '"event":"close"'
same "$(cat heard)" "text up"
: > server.out
peer stuff "127.0.0.1:$bytes"
await server.out '"event":"close"'
stop

# Datagrams: a session whose program takes none ends when it is silent.
start exec-server "udp-l://127.0.0.1:0?idle=300ms" --json --kill-after 50ms --sh "exec sleep 60"
peer datagrams "127.0.0.1:$port" 5000
await server.out '"event":"exit"'
stop
