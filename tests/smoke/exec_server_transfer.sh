# Bytes through gnet exec-server by TLS and by a WebSocket: whole, both ways at once, with the end of
# one side and an answer long after it.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

head -c 3000000 /dev/urandom > payload
sum=$(cksum < payload)

start exec-server tls-l://127.0.0.1:0 --tls --json --sh 'exec cat'
same "$(gnet bridge - "tls://127.0.0.1:$port" -k < payload | cksum)" "$sum"
await server.out '"rx_bytes":3000000,"tx_bytes":3000000,'
stop
same "$status" 0
start exec-server tls-l://127.0.0.1:0 --sh 'cat > /dev/null; sleep 1.5; echo late'
same "$(echo x | gnet connect --tls -k "127.0.0.1:$port")" late
stop

# Messages, which are cut where they are read. A client of a WebSocket says no end but by its close.
for tls in "" --tls; do
  # shellcheck disable=SC2086  # a word, or none
  start exec-server $tls -4 -p 0 -b --framing raw --sh 'exec head -c 3000000'
  # shellcheck disable=SC2086
  same "$(gnet bridge --framing raw - "$endpoints" ${tls:+-k} < payload | cksum)" "$sum"
  stop
  same "$status" 0
done
start exec-server ws-l://127.0.0.1:0 --sh 'cat > /dev/null; sleep 1.5; echo late'
same "$(perl "$here/ws_peer.pl" "127.0.0.1:$port/" -- 'say x' 'close 1000' hear hear)" "text late
close 1000"
stop
