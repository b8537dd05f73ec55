#!/bin/sh
# Every peer echoes what the load generator sends it: small messages on several connections, large
# ones that leave in parts, and connections that come and go.
#
#   smoke.sh DIRECTORY      where the peers and bench_load have been built

set -eu
dir=$1
out=$(mktemp)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null; rm -f "$out"' EXIT

for peer in "$dir"/peer_*; do
  "$peer" 0 >"$out" &
  server=$!
  while ! grep -q . "$out"; do
    kill -0 "$server"  # fails, and ends the test, when the server is gone
  done
  port=$(cat "$out")
  "$dir/bench_load" echo -p "$port" -c 8 -s 64 -n 400 --check | grep -q '^round_trips 400\.'
  "$dir/bench_load" echo -p "$port" -c 4 -s 1000000 -n 40 --check | grep -q '^round_trips 40\.'
  "$dir/bench_load" connect -p "$port" -n 50 | grep -q '^round_trips 50\.'
  kill "$server"
  wait "$server" 2>/dev/null || :
  server=
  : >"$out"
  echo "$(basename "$peer"): well"
done
