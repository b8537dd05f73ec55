# The WebSockets of gnet and those of Python understand each other, in both roles, compressed and not.
. "$(dirname "$0")/prelude.sh"

# Of those that there are, the python that has the library.
python=
for one in python3 /usr/bin/python3; do
  if command -v "$one" > /dev/null && "$one" -c 'import websockets' 2> /dev/null; then python=$one; fi
done
[ -n "$python" ] || { echo "python3-websockets is missing: skipped" >&2; exit 77; }

start ws-echo -p 0 -4
for how in '' plain; do
  "$python" "$here/ws_python.py" client "ws://127.0.0.1:${port%/}/" $how || fail "client $how"
done
stop
same "$status" 0

seq 2000 > lines
{ head -c 1000000 /dev/urandom; printf "THE END"; } > bytes
for how in '' plain; do
  rm -f told && mkfifo told
  "$python" "$here/ws_python.py" server $how > told &
  started="$started $!"
  read -r port < told
  gnet ws ":$port" -n 2000 < lines | cmp - lines
  gnet ws ":$port" -b --expect "THE END" < bytes | cmp - bytes
done

# Subprotocols, fragments, pings, closing codes; by the library on our side.
start ws-echo -p 0 -4 --subprotocol chat
"$python" -W ignore "$here/websockets_client.py" "ws://127.0.0.1:$port/"
stops_well
"$python" -W ignore "$here/websockets_server.py" "$PEERS_CLIENT"
