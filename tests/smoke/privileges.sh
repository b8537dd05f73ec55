# What a server gives up once it listens.
. "$(dirname "$0")/prelude.sh"
[ -r /proc/self/status ] || { echo "no /proc: skipped" >&2; exit 77; }

# has NAME VALUES: this stands in the server's status.
has() { same "$(sed -n "s/^$1:[[:space:]]*//p" "/proc/$server/status" | tr '\t' ' ')" "$2"; }
serves() { expect 0 gnet echo-client -n 1 "127.0.0.1:$port"; }

start echo-server -p 0 -4
has NoNewPrivs 1
start echo-server -p 0 -4 --no-new-privs=off
has NoNewPrivs "$(sed -n 's/^NoNewPrivs:[[:space:]]*//p' /proc/self/status)"
expect 2 gnet echo-server -p 0 --user nosuchuser
contains err "no user 'nosuchuser'"
expect 2 gnet echo-server -p 0 --user 0:nosuchgroup
contains err "no group 'nosuchgroup'"

if [ "$(id -u)" != 0 ]; then
  ! grep -q "running as root" server.err || fail "a warning without a reason"
  echo "not root: the rest is skipped" >&2
  exit 77
fi

! grep -q "running as root" server.err || fail "on the loopback nobody else can come"
start echo-server -p 0 -4 --public
await server.err "running as root; --user NAME gives that up"
: > server.err
start echo-server -p 0 -4 --public --user 0
! grep -q "running as root" server.err || fail "--user is given, and still there is a warning"

# The listener is older than the loss of privileges, and works on.
uid=$(id -u nobody)
gid=$(id -g nobody)
start echo-server -p 0 -4 --user nobody
has Uid "$uid $uid $uid $uid"
has Gid "$gid $gid $gid $gid"
has CapEff 0000000000000000
! grep -q "running as root" server.err || fail "a warning without a reason"
serves

start echo-server -p 0 -4 --user 1234:5678
has Uid "1234 1234 1234 1234"
has Gid "5678 5678 5678 5678"
has Groups ""
serves

# A folder with nothing in it is enough.
mkdir cage
start echo-server -p 0 -4 --chroot "$work/cage" --user nobody
same "$(readlink "/proc/$server/root")" "$work/cage"
same "$(readlink "/proc/$server/cwd")" "$work/cage"
has Uid "$uid $uid $uid $uid"
serves
expect 2 gnet echo-server -p 0 --chroot "$work/nowhere"
contains err "cannot change root to $work/nowhere: no such file or directory"

# Files in a folder of root's: made, opened anew and removed as ever.
chmod 755 "$work"
mkdir -m 755 run
start echo-server -p 0 -4 -U "$work/run/s" --user nobody --ready-file run/ready --pid-file run/pid \
  --log-file run/log
has Uid "$uid $uid $uid $uid"
contains run/ready "unix://$work/run/s"
mv run/log run/log.1
kill -USR2 "$server"
tries=0
until [ -e run/log ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 1000000 ] || fail "the log was not opened anew: $(cat run/log.1)"
done
kill -HUP "$server"
await run/log "options read again"
stop
same "$status" 0
rm -f run/log run/log.1
same "$(ls run)" ""

# Also where the server does not come to say so, and where it sees another root.
start echo-server -p 0 -4 -U "$work/run/s" --user nobody --chroot "$work/cage" \
  --ready-file run/ready --pid-file run/pid
same "$(cat run/pid)" "$server"
kill -KILL "$server"
finish
until [ -z "$(ls run)" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 1000000 ] || fail "left behind: $(ls run)"
done
