# What gnet exec-server gives its programs: a folder, limits, a user.
. "$(dirname "$0")/prelude.sh"

# told ARGS…: what a program says that is started so.
told() {
  start exec-server tcp-l://127.0.0.1:0 "$@"
  peer pipe "127.0.0.1:$port" < /dev/null
  stop
}

mkdir folder
same "$(told --cwd folder --sh pwd)" "$work/folder"
same "$(told --rlimit cpu=7,as=512M,nofile=64 --sh 'ulimit -t; ulimit -v; ulimit -n')" "7
524288
64"
# What it may not use more of ends it, and not the server.
start exec-server tcp-l://127.0.0.1:0 --rlimit cpu=1 --json --sh 'while :; do :; done'
same "$(peer pipe "127.0.0.1:$port" < /dev/null)" ""
await server.out '"signal":'
stop
same "$status" 0
# Limits that it may not have are told, and nobody is served.
start exec-server tcp-l://127.0.0.1:0 --rlimit nofile=1000000000 --sh 'echo up'
same "$(peer pipe "127.0.0.1:$port" < /dev/null)" ""
await server.err "with the limit nofile=1000000000"
stop

if [ "$(id -u)" != 0 ]; then
  expect 2 gnet exec-server -p 0 --exec-user nosuchuser -- id
  start exec-server tcp-l://127.0.0.1:0 --exec-user 0 --sh 'id -u'
  same "$(peer pipe "127.0.0.1:$port" < /dev/null)" ""
  await server.err "as another user"
  exit
fi
chmod 755 "$work"
uid=$(id -u nobody)
same "$(told --exec-user nobody --sh 'id -u; id -g; id -G')" "$uid
$(id -g nobody)
$(id -G nobody)"
same "$(told --exec-user 1234:5678 --sh 'id -u; id -G; cat /proc/self/status | sed -n "s/^CapEff:.//p"')" "1234
5678
0000000000000000"
expect 2 gnet exec-server -p 0 --exec-user nosuchuser -- id
contains err "bad --exec-user"
