# gnet run: programs and clients as services, how they begin, live on and end.
. "$(dirname "$0")/prelude.sh"
export XDG_RUNTIME_DIR="$work/runtime"
mkdir runtime
ctl() { "$GNET" ctl "$@" < /dev/null; }

# state NAME: what ctl says of a service; gone NAME: its process, whose number it has written, ends.
state() { ctl list | sed -n "s/^$1  *[^ ]*  *\([a-z][a-z]*\) .*/\1/p"; }
await_state() { until [ "$(state "$1")" = "$2" ]; do :; done; }
gone() { while kill -0 "$(cat "$1.pid")" 2> /dev/null; do :; done; }

# As sd_notify(3) does.
cat > notify.pl << 'END'
use Socket;
socket(my $to, AF_UNIX, SOCK_DGRAM, 0) or die;
(my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\0/;
send($to, $ARGV[0], 0, pack_sockaddr_un($name)) or die "$!";
END

# ---- by itself it is none ----

expect 2 gnet exec -- true
contains err "exec is a service of 'gnet run'"
printf '[service.a]\ntype = "exec"\n' > bad.toml
expect 2 gnet run --check bad.toml
contains err 'bad.toml:1:1: exec wants a program'
printf '[service.a]\ntype = "exec"\nsh = "true"\nenv = "x"\n' > bad.toml
expect 2 gnet run --check bad.toml
contains err "bad --env 'x'"
printf '[service.a]\ntype = "exec"\nsh = "true"\nmax-restarts = "many"\n' > bad.toml
expect 2 gnet run --check bad.toml
contains err "'many'"
contains err 'bad.toml:4:16'

# ---- the last one that ends ends the process ----

cat > jobs.toml << 'END'
[service.one]
type = "exec"
sh = "echo I am $$GNET_SERVICE and $$WHO, ${WHO}; echo more >&2; cat; test -z \"$$NOTIFY_SOCKET\""
env = "WHO=mine"
[service.two]
type = "exec"
command = ["sh", "-c", "sleep 1000 & echo $! > two.pid"]
END
echo 'WHO=theirs' > vars
NOTIFY_SOCKET=@nobody expect 0 gnet run jobs.toml --env-file vars
contains err 'one I am one and mine, theirs'
contains err 'one more'
contains err 'two has ended'
gone two  # what it has left behind goes, too
sed -i 's/^sh = .*/sh = "exit 3"/' jobs.toml
expect 1 gnet run jobs.toml
contains err 'one error: has failed: exit status 3'
expect 0 gnet run jobs.toml --except one
sed -i 's/^sh = .*/sh = "kill -9 $$$$"/' jobs.toml
expect 1 gnet run jobs.toml --only one
contains err 'one error: has failed: signal 9 (Killed)'
expect 1 gnet run jobs.toml --only two --set service.two.command=./nowhere
contains err "has failed: cannot run './nowhere'"

# ---- beginning anew ----

cat > again.toml << 'END'
[service.job]
type = "exec"
sh = "echo x >> runs; exit 1"
restart = "on-failure"
restart-delay = "1ms"
max-restarts = "3/1m"
END
expect 1 gnet run again.toml
same "$(grep -c x runs)" 4
contains err 'job error: has failed: exit status 1, after 3 restarts within 1m'
: > runs
expect 0 gnet run again.toml --set 'service.job.sh=echo x >> runs; test "$(grep -c x runs)" = 3'
same "$(grep -c x runs)" 3
: > runs
expect 1 gnet run again.toml --set service.job.restart=always --set 'service.job.sh=echo x >> runs'
same "$(grep -c x runs)" 4
contains err 'has failed: it has ended, after 3 restarts'

# ---- a failure that is one of all ----

cat > pair.toml << 'END'
[gnet]
drain-timeout = "2s"
[service.echo]
type = "echo-server"
port = 0
[service.job]
type = "exec"
sh = "exit 1"
required = true
END
expect 1 gnet run pair.toml
contains err 'job error: has failed'
expect 1 gnet run pair.toml --set service.job.required=off --on-failure stop
start run pair.toml --set service.job.required=off
await server.err 'job error: has failed'
await_state job failed
same "$(state echo)" running
stop
same "$status" 0

# ---- ready when it says so ----

cat > ready.toml << 'END'
[service.slow]
type = "exec"
command = ["sh", "-c", "echo $$$$ > slow.pid; read -r go < go; perl notify.pl READY=1; perl notify.pl STATUS=well; exec sleep 1000"]
notify = true
[service.next]
type = "exec"
sh = "echo next >> order; exec sleep 1000"
after = "slow"
[service.free]
type = "exec"
sh = "echo free >> order; exec sleep 1000"
END
mkfifo go
"$GNET" run ready.toml --ready-file is-ready --for "$life" --die-with-parent 2> ready.err &
server=$!
started="$started $server"
await order free
[ ! -e is-ready ] || fail 'it is ready before its services are'
[ "$(state slow)" = starting ] || fail "slow is $(state slow)"
echo slow >> order
echo > go
until [ -e is-ready ]; do :; done
await order next
same "$(tr '\n' ' ' < order)" 'free slow next '
await ready.err 'slow status: well'
kill "$server"
finish
same "$status" 0
gone slow

# Who never says so has failed, and the others begin.
rm order
cat > never.toml << 'END'
[service.slow]
type = "exec"
command = ["sh", "-c", "echo $$$$ > slow.pid; exec sleep 1000"]
notify = true
ready-timeout = "50ms"
[service.next]
type = "exec"
sh = "echo next >> order"
after = "slow"
END
expect 1 gnet run never.toml
contains err 'slow error: has failed: it was not ready within 50ms'
contains order next
gone slow
expect 1 gnet run never.toml --only slow --set service.slow.command=true --set service.slow.ready-timeout=20s
contains err 'it ended before it was ready: exit status 0'
# To be told to end while it is waited for is no failure.
"$GNET" run never.toml --only slow --set service.slow.ready-timeout=1h --for "$life" --die-with-parent 2> wait.err &
server=$!
started="$started $server"
await wait.err 'slow started'
kill "$server"
finish
same "$status" 0
gone slow

# ---- its end ----

# Who does not listen to TERM is killed, one and all at the same time.
{
  printf '[gnet]\ndrain-timeout = "20s"\n'
  for number in 1 2 3 4 5 6 7 8; do
    printf '[service.deaf%s]\ntype = "exec"\nkill-after = "100ms"\n' "$number"
    printf 'command = ["sh", "-c", "trap : TERM; echo $$$$ > deaf%s.pid; echo up; while :; do sleep 1000 & wait; done"]\n' "$number"
  done
} > deaf.toml
start run deaf.toml
for number in 1 2 3 4 5 6 7 8; do await server.err "deaf$number up"; done
stop
same "$status" 0
for number in 1 2 3 4 5 6 7 8; do gone "deaf$number"; done
contains server.err 'deaf1 warning: has not ended within 100ms of Terminated'

# ---- told and changed ----

cat > told.toml << 'END'
[service.job]
type = "exec"
sh = "echo one; exec sleep 1000"
restart = "always"
restart-delay = "1h"
[service.other]
type = "exec"
sh = "echo $$$$ > other.pid; exec sleep 1000"
END
start run told.toml --watch
await server.err 'job one'
until [ -s other.pid ]; do :; done
before=$(cat other.pid)
ctl stop job --wait > out
same "$(state job)" stopped
ctl start job > out
same "$(state job)" running
ctl restart job > out
same "$(state job)" running
# Another file is read when it is there; what has not changed is left alone.
sed 's/echo one/echo two/' told.toml > new
mv new told.toml
await server.err 'job two'
await server.err 'read told.toml again: job'
same "$(cat other.pid)" "$before"
sed 's/echo two; exec sleep 1000/exit 0/' told.toml > new
mv new told.toml
await_state job waiting
ctl list --json > out
contains out '"state":"waiting"'
contains out '"restarts":1'
stop
same "$status" 0
gone other

# ---- all at once ----

printf '[gnet]\nenv-file = []\n[service.a]\ntype = "exec"\nsh = "true"\n' > none.toml
expect 0 gnet run --check none.toml
for bad in 'close = "NOPE"' 'rlimit = "zzz=1"' 'exec-user = "no such user"' 'cwd = "/nowhere"'; do
  printf '[service.a]\ntype = "exec"\nsh = "true"\n%s\n' "$bad" > bad.toml
  expect_not_0=0
  gnet run --check bad.toml > out 2> err || expect_not_0=$?
  [ "$expect_not_0" != 0 ] || fail "--check takes $bad"
done

# A program that is never ready keeps neither a reload nor the end.
job() {
  printf '[gnet]\ndrain-timeout = "20s"\n[service.job]\ntype = "exec"\n' > new
  printf 'command = ["sh", "-c", "trap %s TERM; echo $$$$ > job.pid; echo %s; while :; do sleep 1000 & wait; done"]\n' "'${3-exit}'" "$1" >> new
  printf '%s\n' "${2-}" >> new
  mv new job.toml
}
job first
start run job.toml
await server.err 'job first'
job second 'notify = true'
kill -HUP "$server"
await server.err 'job second'
stop
same "$status" 0
gone job

# Nor does one that cannot be started, and tries for ever.
job before
start run job.toml
await server.err 'job before'
printf '[service.job]\ntype = "exec"\ncommand = "./nowhere"\nrestart = "always"\nrestart-delay = "1h"\nmax-restarts = 0\n' > job.toml
ctl reload > out
await_state job waiting
job three
ctl reload > out
await server.err 'job three'
# What cannot begin as the file says leaves the one before alone.
before=$(cat job.pid)
job four 'exec-user = "no such user"'
expect 1 gnet ctl reload
same "$(cat job.pid)" "$before"
same "$(state job)" running
stop
same "$status" 0
gone job

# Several who have it begin, or end, at the same time.
job several '' 'echo over >> overs; exit'
start run job.toml
await server.err 'job several'
for number in 1 2 3; do ctl restart job > "out$number" 2>&1 & started="$started $!"; done
ctl stop job --wait > out || :
kill "$server"
finish
same "$status" 0
gone job

# A second signal leaves nothing behind, nor does SIGQUIT.
for second in TERM QUIT; do
  job "deaf to $second" 'kill-after = "30s"' ':'
  start run job.toml
  await server.err "job deaf to $second"
  [ "$second" = QUIT ] || kill "$server"
  [ "$second" = QUIT ] || await_state job draining
  stop "$second"
  gone job
done

# What a reload has taken away has no more time than the rest.
job lasting 'kill-after = "1h"' ':'
start run job.toml --allow-empty --drain-timeout 300ms
await server.err 'job lasting'
printf '[gnet]\n' > job.toml
kill -HUP "$server"
until [ -z "$(state job)" ]; do :; done
stop
same "$status" 10
gone job

# What refers to a port is another when the port is.
ports() {
  printf '[service.echo]\ntype = "echo-server"\nlisten = "%s"\n[service.job]\ntype = "exec"\nsh = "echo at ${port.echo}; exec sleep 1000"\n' "$1" > new
  mv new ports.toml
}
ports tcp-l://127.0.0.1:0
start run ports.toml
first=$(ctl endpoints echo --port-only)
await server.err "job at $first"
ctl reload > out
contains out '0 options changed'
ports tcp-l://127.0.0.2:0
ctl reload > out
second=$(ctl endpoints echo --port-only)
[ "$first" = "$second" ] || await server.err "job at $second"
expect 2 gnet ctl add echo echo-server -p 0
ctl add more exec -- sleep 1000 > out
same "$(state more)" running
stop
same "$status" 0

# ---- clients ----

cat > client.toml << 'END'
[gnet]
drain-timeout = "2s"
[service.pinger]
type = "echo-client"
to = "tcp://127.0.0.1:${port.echo}"
message = "there and back"
count = 2
interval = "1ms"
[service.echo]
type = "echo-server"
port = 0
once = true
END
expect 0 gnet run client.toml
contains out '2 sent, 2 received, 0 lost'
expect 1 gnet run client.toml --set service.pinger.to=tcp://127.0.0.1:1 --set service.pinger.required=on
contains err 'pinger error: has failed: '
start run client.toml --set service.pinger.count=0 --set service.echo.once=off
await server.out 'seq=2'
same "$(state pinger)" running
stop
same "$status" 0
