#!/bin/sh
# Every peer echoes what the load generator sends it: small messages on several connections, large
# ones that leave in parts, and connections that come and go.
#
#   smoke.sh DIRECTORY      where the peers and bench_load have been built

set -eu
dir=$1
out=$(mktemp)
server=
far=
trap 'kill $server $far 2>/dev/null || :; rm -f "$out" "$out.far" "$out.pem" "$out.key"' EXIT

# start_far COMMAND…: what a relay leads to; its port is in $target.
start_far() {
  "$@" >"$out.far" &
  far=$!
  while ! grep -q . "$out.far"; do kill -0 "$far"; done
  target=$(cat "$out.far")
}
stop_far() {
  kill "$far"
  wait "$far" 2>/dev/null || :
  far=
}

# check COMMAND…: with $tls for the echoes.
check() {
  "$@" >"$out" &
  server=$!
  while ! grep -q . "$out"; do
    kill -0 "$server"  # fails, and ends the test, when the server is gone
  done
  port=$(cat "$out")
  "$dir/bench_load" echo $tls -p "$port" -c 8 -s 64 -n 400 --check | grep -q '^round_trips 400\.'
  "$dir/bench_load" echo $tls -p "$port" -c 4 -s 1000000 -n 40 --check | grep -q '^round_trips 40\.'
  [ -n "$tls" ] || "$dir/bench_load" connect -p "$port" -n 50 | grep -q '^round_trips 50\.'
  kill "$server"
  wait "$server" 2>/dev/null || :
  server=
  : >"$out"
  echo "$(basename "$1"): well"
}

tls=
for peer in "$dir"/peer_*; do check "$peer" 0; done

start_far "$dir/peer_epoll" 0
check "$dir/epoll_relay" "$target"
stop_far

start_far "$dir/bulk_sink" 0 1000000
"$dir/splice_relay" "$target" >"$out" &
server=$!
while ! grep -q . "$out"; do kill -0 "$server"; done
"$dir/bench_load" echo --protocol bulk -p "$(cat "$out")" -s 1000000 -n 20 |
  grep -q '^round_trips 20\.'
kill "$server"
wait "$server" 2>/dev/null || :
server=
: >"$out"
stop_far
echo "splice_relay: well"

command -v openssl >/dev/null || exit 0
tls=--tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
  -keyout "$out.key" -out "$out.pem" 2>/dev/null
check "$dir/tls_epoll" 0 "$out.pem" "$out.key"
