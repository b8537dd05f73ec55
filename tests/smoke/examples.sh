# Every example of the man pages, run as it is printed, and whether it does what the page says. The
# cases of a page are in examples/PAGE.sh. They have no copies of the text but look it up: when a page
# changes, its new text is what is run. An example without a case is a failure, as is a case without
# an example.
#
#   examples.sh          all pages
#   examples.sh PAGE…    these, as in: examples.sh gnet-ws.1
#
# Examples have fixed ports, names and paths. So they run in namespaces: the processes are this test's
# alone, and each page has a network, a /run and a /srv that nobody else sees. Nothing outlives the
# test.

if [ "${1:-}" != --sandbox ] && [ "${1:-}" != --page ]; then
  command -v ip > /dev/null || { echo "ip is missing: skipped" >&2; exit 77; }
  [ -e /proc/net/if_inet6 ] || { echo "no IPv6: skipped" >&2; exit 77; }
  [ -d /srv ] || { echo "no /srv: skipped" >&2; exit 77; }
  # Root need not become root for that, and keeps all users that there are.
  for user in "" --map-root-user; do
    ! unshare $user -n -m -p --fork --mount-proc mount -t tmpfs none /run 2> /dev/null ||
      exec unshare $user -n -m -p --fork --kill-child --mount-proc sh "$0" --sandbox "$@"
  done
  echo "no namespaces: skipped" >&2
  exit 77
fi
step=$1
shift
box=/tmp/box  # what the test needs, since nothing else of /tmp, /run and /srv is to be seen

# ---- the sandbox ----

if [ "$step" = --sandbox ]; then
  set -eu
  trap 'exit 1' INT TERM
  program=$(realpath "${GNET:?set GNET to the gnet program}")
  here=$(cd "$(dirname "$0")" && pwd)
  mount -t tmpfs none /run
  mkdir /run/box
  cd /run/box
  mkdir bin examples others claims logs tls
  cp -R "$here" smoke
  cp -R "$here/../../man" man
  : > bin/gnet
  mount --bind "$program" bin/gnet
  mount -t tmpfs none /tmp
  mkdir "$box"
  mount --rbind /run/box "$box"
  cd "$box"
  bin/gnet version > /dev/null || { echo "gnet does not run in a sandbox: skipped" >&2; exit 77; }

  # PAGE.N is the Nth example of a page, as a reader sees it. What other sections have is in others.
  sed 's/\\\(.\)/\1/g' man/*.scd | awk '
    /^[a-z.-]+\([0-9]\)$/ && !file { page = $0; sub(/\(/, ".", page); sub(/\)/, "", page) }
    /^# / && !file { folder = $0 == "# EXAMPLES" ? "examples" : "others" }
    /^```/ { file = file ? "" : folder "/" page "." ++count[folder page]; next }
    file { print > file }'

  printf '127.0.0.1 %s\n' localhost db web intranet www.corp nas.lan example.org mail.example.org \
    other.example.org echo.example.org > hosts
  echo "::1 localhost" >> hosts
  if command -v openssl > /dev/null; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=example.org \
      -addext subjectAltName=DNS:example.org,DNS:echo.example.org,DNS:localhost,IP:127.0.0.1 \
      -keyout tls/server.key -out tls/server.pem 2> /dev/null
  fi
  # Programs that not every machine has, and one that has to be another here.
  for name in smoke/examples/stand_ins/*; do
    program=$(basename "$name")
    [ "$program" != xdg-open ] && command -v "$program" > /dev/null || cp "$name" bin
  done

  # A few pages at a time: much of the time they wait.
  if [ $# = 0 ]; then
    set -- $(ls examples smoke/examples | sed -n -e 's/\.[0-9]*$//p' -e 's/\.sh$//p' | sort -u)
  fi
  : > failed
  : > skipped
  for worker in 1 2 3 4; do
    for page in "$@"; do
      mkdir "claims/$page" 2> /dev/null || continue
      status=0
      unshare -n -m sh smoke/examples.sh --page "$page" > "logs/$page" 2>&1 || status=$?
      case $status in
        0) ;;
        77) echo "$page" >> skipped ;;
        *) echo "$page" >> failed ;;
      esac
    done &
  done
  wait
  for page in $(cat skipped failed); do sed "s/^/$page: /" "logs/$page" >&2; done
  [ ! -s failed ] || exit 1
  [ ! -s skipped ] || exit 77
  exit 0
fi

# ---- one page ----

page=$1
GNET=$box/bin/gnet TMPDIR=/tmp
. "$(dirname "$0")/prelude.sh"
export PATH="$box/bin:$PATH" SSL_CERT_FILE="$box/tls/server.pem"
unset XDG_RUNTIME_DIR XDG_STATE_HOME http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY \
  NO_PROXY
ip link set lo up
mount -t tmpfs none /run
mount -t tmpfs none /srv
mount --bind "$box/hosts" /etc/hosts
running=
text=
covered=" "
skipped=

# example WORD: the case of the example begins that has this in it, and is the only one, or has it as
# a whole line. What the one before has left ends, and goes.
example() {
  end_example
  text=$(grep -lxF -e "$1" "$box/examples/$page".[0-9]* || grep -lF -e "$1" "$box/examples/$page".[0-9]*) ||
    fail "there is no example with '$1'"
  [ -f "$text" ] || fail "'$1' is in several examples"
  covered="$covered$text "
  echo 0 > "$work/.ran"
}

# end_example: all of it has been run, and its servers end as they should.
end_example() {
  [ -n "$text" ] || return 0
  for server in $running; do stop; done
  for pid in $started; do kill -KILL "$pid" 2> /dev/null || :; done
  wait
  running= started= input=/dev/null
  left=$(awk 'FNR == NR { ran[$1]; next } !(FNR in ran)' "$work/.ran" "$text")
  [ -z "$left" ] || fail "not run: $left"
  cd "$work"
  find "$work" /run /srv -mindepth 1 -delete
}

# skip REASON: the example cannot be run on this machine.
skip() {
  { echo "not run, $1:" && sed 's/^/  /' "$text"; } >&2
  awk '{ print NR }' "$text" > "$work/.ran"
  skipped=1
}

# line N: the Nth line of the example.
line() {
  sed -n "$1p" "$text"
  echo "$1" >> "$work/.ran"
}

# commands [COMMAND…]: what a shell is to do, which is the example if nothing else is said.
commands() {
  if [ $# = 0 ]; then
    cat "$text"
    awk '{ print NR }' "$text" >> "$work/.ran"
  fi
  for command in "$@"; do
    [ -n "$command" ] || fail "the example has no such line"
    printf '%s\n' "$command"
  done
}

# run STATUS [COMMAND…]: a shell does that, and is to exit with STATUS. Its output is in out and err.
# What an example has for a time limit may be too short for a machine that has much to do: 124 is
# no answer, up to ten times.
run() {
  wanted=$1
  shift
  script=$(commands "$@") || exit 1
  tries=0
  while status=0; do
    sh -ec "$script" > out 2> err < /dev/null || status=$?
    tries=$((tries + 1))
    [ "$status" = 124 ] && [ "$tries" -lt 10 ] || break
  done
  [ "$status" = "$wanted" ] || fail "exit $status, not $wanted: $script ($(cat err))"
}

# serve TARGET [COMMAND…]: a shell does that in the background until the example ends. Waits until
# TARGET is there, as gnet wait-for has it, and sets $server. The output is in served.out and
# served.err, the input that of the file $input.
#
# What is to end are programs, not the shell, which has to say how they have ended.
serve() {
  target=$1
  shift
  script=$(commands "$@") || exit 1
  rm -f ended
  setsid sh -c "trap : TERM
trap 'echo ended > $work/ended' EXIT
$script" < "$input" > served.out 2> served.err &
  server=$!
  running="$running $server" started="$started $server"
  until gnet wait-for -t 1s "$target" > /dev/null 2>&1; do
    [ ! -e "$work/ended" ] || fail "it has ended: $script"
  done
}

# stop [STATUS]: ends what serve has started last, which is to exit with STATUS.
stop() {
  kill -s TERM -- "-$server" 2> /dev/null || :
  ends "${1:-0}"
}

# ends STATUS: the same ends by itself.
ends() {
  finish
  same "$status" "$1"
  left=
  for pid in $running; do [ "$pid" = "$server" ] || left="$left $pid"; done
  running=$left
}

# helper NAME COMMAND ARGS…: a server of gnet that the example needs, which is ready when this returns.
# Its output is in NAME.out and NAME.err. Sets $helper.
helper() {
  name=$1 command=$2
  shift 2
  rm -f ready
  mkfifo ready
  "$GNET" "$command" --for "$life" --die-with-parent --ready-fd 9 "$@" \
    9> ready < "$input" > "$name.out" 2> "$name.err" &
  helper=$!
  started="$started $helper"
  read -r endpoints < ready || fail "not ready: gnet $command $*"
}

# program NAME: standard input becomes a program for the shell.
program() {
  { echo '#!/bin/sh' && cat; } > "$1"
  chmod +x "$1"
}

# until_true COMMAND: waits until that succeeds.
until_true() { gnet wait-for -q -t "$life" "sh:$1" || fail "it never came: $1"; }

# number KEY: the whole part of what out has as that, which is JSON.
number() { sed -n "s/.*\"$1\":\([0-9.e+]*\).*/\1/p" out | awk '{ printf "%d\n", $1 }'; }

# certified: server.pem and server.key are made, which clients in here believe, or it says why not.
certified() {
  [ -s "$SSL_CERT_FILE" ] || { skip "openssl is missing"; return 1; }
  cp "$box/tls/server.pem" "$box/tls/server.key" .
}

input=/dev/null
[ -f "$here/examples/$page.sh" ] || fail "no case for any of its examples"
. "$here/examples/$page.sh"
end_example
for text in "$box/examples/$page".[0-9]*; do
  case $covered in *" $text "*) ;; *) fail "no case for: $(cat "$text")" ;; esac
done
[ -z "$skipped" ] || exit 77
