#!/bin/sh
# redis.sh PROGRAM [ARGUMENT…]: runs the program with a redis-server of its own, whose unix socket
# is its last argument.
set -eu
# Debian's redis-tools has the program, as redis-check-rdb, without the service.
server=$(command -v redis-server || command -v redis-check-rdb) || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$server" "$work/redis-server"

# It ends with this shell, whatever ends the shell.
setpriv --pdeathsig KILL "$work/redis-server" --port 0 --unixsocket "$work/socket" --dir "$work" \
  --save '' --appendonly no > "$work/log" 2>&1 &
redis=$!
trap 'kill "$redis" 2> /dev/null; wait "$redis" 2> /dev/null; rm -rf "$work"' EXIT
"$@" "$work/socket" || { cat "$work/log"; exit 1; }
