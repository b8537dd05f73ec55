# Node: its fetch and its http.Agent against http-echo, and our client against its server.
. "$(dirname "$0")/prelude.sh"
need node
: "${PEERS_CLIENT:?set PEERS_CLIENT to the program of tests/peers/client.cpp}"

start http-echo -p 0 -4
node "$here/node_client.mjs" "http://127.0.0.1:$port"
stops_well
node "$here/node_server.mjs" "$PEERS_CLIENT"
