#!/bin/sh
# run_server_example.sh PROGRAM: starts the server in the background, where the shell has it ignore
# SIGINT, and stops it with SIGINT once it listens.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
mkfifo "$directory/output"
"$1" 127.0.0.1:0 > "$directory/output" < /dev/null &
server=$!
{
  read -r listening
  echo "$listening"
  kill -INT "$server"
  read -r last
} < "$directory/output"
wait "$server"
case $listening in "listening on tcp://127.0.0.1:"*) ;; *) exit 1 ;; esac
[ "$last" = stopped ]
