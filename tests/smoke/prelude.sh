# What all smoke tests share. A test starts with:
#
#   . "$(dirname "$0")/prelude.sh"
#
# and gets a folder of its own that goes at the end, as do all servers it started.
# Tests use port 0, unix sockets in that folder, and no fixed waiting times, so any
# number of them run at once.
set -eu

: "${GNET:?set GNET to the gnet program}"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/gnet-smoke.XXXXXX")
cd "$work"

# Nobody's own settings have a say.
unset LISTEN_FDS LISTEN_PID LISTEN_FDNAMES NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM 2> /dev/null || :
for name in $(env | sed -n 's/^\(GNET_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
export XDG_CONFIG_HOME="$work" HOME="$work" NO_COLOR=1 LC_ALL=C
started=

clean_up() {
  status=$?
  trap - EXIT INT TERM
  for pid in $started; do kill -KILL "$pid" 2> /dev/null || :; done
  wait
  [ "$status" = 0 ] || [ "$status" = 77 ] || {
    for log in "$work"/*.err; do [ ! -s "$log" ] || { echo "--- $log"; cat "$log"; } >&2; done
  }
  cd / && rm -rf "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

gnet() { "$GNET" "$@"; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# The other side of a connection, where the shell has none: see peer.pl. It does not get
# descriptor 8, the end of which may be what it waits for.
peer() {
  command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }
  perl "$here/peer.pl" "$@" 8>&-
}

# start ARGS…: runs gnet with these arguments as a server and waits until it is ready.
# Sets $server (process id), $endpoints, and $port of the first. Its output is in
# server.out and server.err, and it ends after $life at the latest, which is not before the test has to
# end. A test may use descriptor 8 for itself.
life=${SMOKE_LIFE:-60s}
start() {
  rm -f ready
  mkfifo ready
  "$GNET" "$@" --for "$life" --die-with-parent --ready-fd 9 9> ready 8>&- > server.out 2>> server.err &
  server=$!
  started="$started $server"
  endpoints=
  read -r endpoints < ready || fail "not ready: gnet $*"
  port=${endpoints%% *}
  port=${port##*:}
  port=${port%/}
}

# stop [SIGNAL]: stops the server and sets $status to its exit status.
stop() {
  kill -"${1:-TERM}" "$server"
  finish
}

# finish: waits until the server ends by itself; sets $status.
finish() {
  status=0
  wait "$server" || status=$?
}

# expect STATUS COMMAND…: runs a command that is to exit with STATUS. Its output goes
# to out and err.
expect() {
  wanted=$1
  shift
  status=0
  "$@" > out 2> err < /dev/null || status=$?
  [ "$status" = "$wanted" ] || fail "exit $status, not $wanted: $* ($(cat err))"
}

# hold COUNT: opens that many connections that work, which stay until $holder is killed or
# the test ends. Takes descriptor 8.
hold() {
  [ -p keep ] || { mkfifo keep && exec 8<> keep; }
  rm -f holding && mkfifo holding
  peer hold "127.0.0.1:$port" "$1" < keep > holding 8>&- &
  holder=$!
  started="$started $holder"
  read -r word < holding
}

# same TEXT TEXT: the two are equal.
same() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }

# contains FILE TEXT: the file has the text in it.
contains() { grep -qF -- "$2" "$1" || fail "no '$2' in $1: $(cat "$1")"; }

# await_active COUNT: asks the server for its counters until so many connections are alive.
await_active() {
  tries=0
  until grep -Eq "(\"active\":$1,|, $1 active)" server.err; do
    kill -USR1 "$server"
    tries=$((tries + 1))
    [ "$tries" -lt 20000 ] || fail "there never were $1 connections"
  done
}

# await_datagrams COUNT: the same until so many datagrams have come. Needs --json.
await_datagrams() {
  tries=0
  until grep -q "\"datagrams\":$1" server.err; do
    kill -USR1 "$server"
    tries=$((tries + 1))
    [ "$tries" -lt 20000 ] || fail "there never were $1 datagrams"
  done
}

# await FILE TEXT: waits until the file has the text in it.
await() {
  tries=0
  until grep -qF -- "$2" "$1" 2> /dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 20000 ] || fail "'$2' never came to $1"
  done
}

# http_peer: starts the server of http_peer.pl, which stays until the test ends. Sets $http to its
# address and port. Takes descriptor 7.
http_peer() {
  command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }
  mkfifo http_keep && exec 7<> http_keep
  mkdir http_memory
  perl "$here/http_peer.pl" http_memory < http_keep > http_port 2> http_peer.err \
    7>&- 8>&- &
  started="$started $!"
  until [ -s http_port ]; do :; done
  http=127.0.0.1:$(cat http_port)
}

# dns_peer [ADDRESS [PORT]]: starts the name server of dns_peer.pl, which stays until the test ends.
# Sets $dns to its port. Takes descriptor 6.
dns_peer() {
  command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }
  mkfifo dns_keep && exec 6<> dns_keep
  perl "$here/dns_peer.pl" "$@" < dns_keep > dns_port 2> dns_peer.err 6>&- 7>&- 8>&- &
  dns_server=$!
  started="$started $dns_server"
  until [ -s dns_port ]; do :; done
  dns=$(cat dns_port)
}
