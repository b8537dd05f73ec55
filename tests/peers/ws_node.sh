# The WebSockets of gnet and those of Node's package `ws` understand each other, in both roles,
# compressed and not.
. "$(dirname "$0")/prelude.sh"
node_packages

start ws-echo -p 0 -4
for how in '' plain; do
  node "$here/ws_node.mjs" client "ws://127.0.0.1:${port%/}/" $how || fail "client $how"
done
stop
same "$status" 0

seq 2000 > lines
{ head -c 1000000 /dev/urandom; printf "THE END"; } > bytes
for how in '' plain; do
  rm -f told && mkfifo told
  node "$here/ws_node.mjs" server $how > told &
  started="$started $!"
  read -r port < told
  gnet ws ":$port" -n 2000 < lines | cmp - lines
  gnet ws ":$port" -b --expect "THE END" < bytes | cmp - bytes
done

# Subprotocols, fragments, pings between them, parameters of the compression, closing codes; by the
# library on our side.
start ws-echo -p 0 -4 --subprotocol chat
node "$here/ws_client.mjs" "ws://127.0.0.1:$port/"
stops_well
node "$here/ws_server.mjs" "$PEERS_CLIENT"
