# gnet run: several servers in one process, as a file has them, and another file meanwhile.
. "$(dirname "$0")/prelude.sh"
export XDG_RUNTIME_DIR="$work/runtime"
mkdir runtime
ctl() { "$GNET" ctl "$@" < /dev/null; }
port_of() { ctl endpoints "$1" --port-only; }
said() { printf hello | peer pipe "127.0.0.1:$(port_of "$1")"; }

# file BANNER [MODE]: two services, the second of which knows the port of the first.
file() {
  cat > new << END
[gnet]
drain-timeout = "500ms"

[service.second]
type = "echo-server"
listen = "tcp-l://127.0.0.1:0"
banner = "\${GREETING} \${port.first}\$\$"

[service.first]
type = "echo-server"
listen = ["tcp-l://127.0.0.1:0"]
banner = "$1"
mode = "${2:-upper}"
END
  mv new gnet.toml
}

# ---- files that are none ----

expect 2 gnet run
expect 2 gnet run nosuch.toml
contains err 'nosuch.toml'
wrong() {  # wrong TEXT WHY: the file is refused, and so is a run of it
  printf '%b' "$1" > bad.toml
  expect 2 gnet run --check bad.toml
  contains err "$2"
  expect 2 gnet run bad.toml
}
wrong '[service.a]\nport = 0\n' "bad.toml:1:1: 'a' has no type"
wrong '[service.a]\ntype = "ech-server"\n' "'ech-server' cannot be a service; did you mean 'echo-server'?"
wrong '[service.a]\ntype = "echo-server"\nprt = 0\n' "bad.toml:3:7: unknown key 'prt' for 'echo-server'; did you mean 'port'?"
wrong '[service.a]\ntype = "echo-server"\nport = "x"\n' "bad value 'x' for 'port' in bad.toml:3:8"
wrong '[service.a]\ntype = "echo-server"\nuser = "nobody"\n' "bad.toml:3:8: 'user' belongs to the process"
wrong '[service.a]\ntype = "echo-server"\nbanner = "${NO_SUCH}"\n' "the variable NO_SUCH is not set"
wrong '[service.a]\ntype = "echo-server"\nbanner = "${x"\n' "'\${' without '}'"
wrong '[service.a]\ntype = "echo-server"\nafter = "b"\n' "'a' waits for 'b', which is not there"
wrong '[service.a]\ntype = "echo-server"\nafter = "a"\n' "'a' waits for itself"
wrong '[service.a]\ntype = "echo-server"\nafter = "b"\n[service.b]\ntype = "echo-server"\nafter = "a"\n' 'waits for itself'
wrong '[service.a\n' 'bad.toml:1:11'
wrong '[servce.a]\n' "unknown 'servce'"
wrong '[gnet]\nlisten = ":7"\n' "unknown key 'listen' for 'run'"
wrong '' 'bad.toml has no services'
printf '{"service":{"a":{"type":"echo-server",}}}' > bad.json
expect 2 gnet run --check bad.json
contains err 'bad.json:1:'
: > empty.toml
expect 0 gnet run --check --allow-empty empty.toml

# ---- one that is ----

export GREETING=near
file one
expect 0 gnet run --check gnet.toml
expect 0 gnet run --print gnet.toml
contains out 'drain-timeout        500ms                    gnet.toml'
contains out 'mode                 upper                    gnet.toml:13:8'
expect 0 gnet run --print --json gnet.toml
contains out '"first":{"type":"echo-server"'
expect 2 gnet run --only third --check gnet.toml

start run gnet.toml --json
[ -S runtime/gnet/gnet.sock ] || fail 'the name is not that of the file'
first=$(port_of first)
second=$(port_of second)
same "$endpoints" "tcp://127.0.0.1:$first tcp://127.0.0.1:$second"
same "$(said first | tr '\r\n' '  ')" 'one  HELLO'
same "$(said second | tr '\r\n' '  ')" "near $first\$  hello"
ctl notify '*' hello > out
same "$(tr '\n' ' ' < out)" 'first: told second: told '

# ---- other services ----

file two
ctl reload > out
contains out '1 option changed'
same "$(port_of first) $(port_of second)" "$first $second"
same "$(said first | tr '\r\n' '  ')" 'two  HELLO'

# A bad file changes nothing.
printf '[gnet]\n[service.first]\ntype = "echo-server"\nmode = "loud"\n' > gnet.toml
expect 1 gnet ctl reload
contains err "bad value 'loud' for 'mode' in gnet.toml:4:8"
kill -HUP "$server"
await server.out '"event":"reload","ok":false'
same "$(said first | tr '\r\n' '  ')" 'two  HELLO'

# One goes, another comes; a connection of the one that goes may end.
hold 1
printf '[gnet]\ndrain-timeout = "500ms"\n[service.first]\ntype = "echo-server"\nlisten = "tcp-l://127.0.0.1:0"\n[service.third]\ntype = "echo-server"\nport = 0\n' > gnet.toml
kill -HUP "$server"
await server.out '"event":"reload","ok":true,"changed":["second","first","third"]'
expect 11 gnet ctl endpoints second
expect 0 gnet echo-client -n 1 -q "127.0.0.1:$(port_of third)"
same "$(port_of first)" "$first"
expect 5 gnet echo-client -n 1 -q "127.0.0.1:$second"
exec 8>&-

# What cannot begin as the file says goes on as it was.
sed "s/^listen = .*/listen = [\"tcp-l:\/\/127.0.0.1:$first\", \"tcp-l:\/\/127.0.0.1:$(port_of third)\"]/" gnet.toml > new
mv new gnet.toml
ctl reload > out
contains out 'a restart is needed for: first'
await server.err "service 'first'"
expect 0 gnet echo-client -n 1 -q "127.0.0.1:$(port_of first)"

# What is added by hand stays over a reload.
ctl add fourth echo-server -p 0 > out
ctl reload > out
expect 0 gnet echo-client -n 1 -q "127.0.0.1:$(port_of fourth)"

# ---- the end ----

stop
[ "$status" = 0 ] || [ "$status" = 10 ] || fail "exit $status"
file one
start run gnet.toml --only first --set service.first.mode=echo --print-port
same "$(cat server.out)" "$port"
same "$(said first | tr '\r\n' '  ')" 'one  hello'
expect 3 gnet run gnet.toml --only first --set "service.first.listen=tcp-l://127.0.0.1:$port" --name other
contains err "service 'first': cannot listen on tcp://127.0.0.1:$port"
stop
same "$status" 0

# Nobody is refused while one service takes the place of another.
command -v wrk > /dev/null || exit 0
web() {
  printf '[service.web]\ntype = "http-echo"\nlisten = "tcp-l://127.0.0.1:0"\nidle-timeout = "%s"\n' "$1" > new
  mv new web.toml
}
web 10s
start run web.toml
wrk -t 1 -c 8 -d 2 -H 'Connection: close' "http://127.0.0.1:$(port_of web)/" > wrk.out &
load=$!
for time in 11s 12s 13s 14s 15s; do
  web "$time"
  ctl reload > out
  contains out '1 option changed'
done
wait "$load"
contains wrk.out 'requests in'
grep -q 'Socket errors' wrk.out && fail "$(grep 'Socket errors' wrk.out)"
stop
same "$status" 0
