# The WebSockets of gnet and those of Node's package `ws` understand each other, in both roles,
# compressed and not. The package is looked for where GNET_NODE_MODULES says: a folder that has
# node_modules in it.
. "$(dirname "$0")/../smoke/prelude.sh"

skip() { echo "$1: skipped" >&2; exit 77; }
command -v node > /dev/null || skip "node is missing"
modules=${1-}
[ -d "$modules/node_modules/ws" ] || skip "the package ws is missing"

peer_of_node() { (cd "$modules" && exec node "$here/ws_node.mjs" "$@"); }

start ws-echo -p 0 -4
for how in '' plain; do
  peer_of_node client "ws://127.0.0.1:${port%/}/" $how || fail "client $how"
done
stop
same "$status" 0

seq 2000 > lines
head -c 1000000 /dev/urandom > bytes
for how in '' plain; do
  rm -f told && mkfifo told
  (cd "$modules" && exec node "$here/ws_node.mjs" server $how) > told &
  started="$started $!"
  read -r port < told
  gnet ws ":$port" -n 2000 < lines | cmp - lines
  gnet ws ":$port" -b -w 1s < bytes | cmp - bytes
done
