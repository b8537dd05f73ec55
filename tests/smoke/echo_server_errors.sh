# What goes wrong before a server serves, and what it says then.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -4
expect 3 gnet echo-server -p "$port"
contains err "gnet echo-server: cannot listen on tcp://127.0.0.1:$port: address already in use"
contains err "hint: -p 0 takes any free port"

# In the background too, and as JSON.
expect 3 gnet echo-server -p "$port" -D
expect 3 gnet echo-server -p "$port" --json
contains out "\"event\":\"error\",\"code\":3,\"name\":\"listen\""
contains out "\"endpoint\":\"tcp://127.0.0.1:$port\""
[ ! -s err ] || fail "JSON errors leave stderr alone: $(cat err)"

# Without an address there is nothing to listen at.
expect 4 gnet echo-server tcp-l://host.invalid:0
contains err "gnet echo-server: cannot resolve 'host.invalid': "
expect 4 gnet echo-server -p 0 --bind host.invalid --json
contains out '"code":4,"name":"resolve"'

# The one that is taken is named, not its neighbour; and not who gave it twice. Another test may
# have the same number for TCP.
start echo-server udp-l://127.0.0.1:0
until gnet echo-server "127.0.0.1:$port" --for 1ms 2> err; do
  stop
  start echo-server udp-l://127.0.0.1:0
done
expect 3 gnet echo-server -4 -u -p "$port"
contains err "cannot listen on udp://127.0.0.1:$port: address already in use by gnet (pid $server)"
expect 3 gnet echo-server -4 -u -p "$port" --json
contains out "\"endpoint\":\"udp://127.0.0.1:$port\""
expect 2 gnet echo-server "127.0.0.1:$port" -4 -p "$port"
same "$(cat err)" "gnet: tcp://127.0.0.1:$port is given twice"
expect 3 gnet echo-server "127.0.0.1:$port" "tcp4-l://localhost:$port"
contains err "address already in use by an earlier endpoint of this command"
echo text > file
expect 3 gnet echo-server -U "$work/file"
contains err "cannot listen on unix://$work/file, which is no socket: file exists"
same "$(cat file)" text

expect 2 gnet echo-server tcp://:99999
same "$(cat err)" "gnet: bad endpoint 'tcp://:99999': port must be 0-65535"
expect 2 gnet echo-server --prot 80
same "$(cat err)" "gnet: unknown option '--prot' for 'echo-server'; did you mean '--port'?"
expect 2 gnet echo-server --port 70000
contains err "gnet: bad value '70000' for --port"
expect 2 gnet echo-server --mode ecko
contains err "must be one of echo, discard"
# What is strange in a word stays in one line, and short.
expect 2 gnet echo-server --mode "$(printf 'a\033[31mb\nc')"
contains err "gnet: bad value 'a\x1b[31mb\nc' for --mode: must be"
expect 2 gnet echo-server --mode "$(head -c 100000 /dev/zero | tr '\0' x)"
contains err "x..(99"
[ "$(wc -c < err)" -lt 1000 ] || fail "a long line: $(wc -c < err)"
expect 0 gnet echo-server --banner "$(printf 'a\033b')" --explain
contains out 'a\x1bb'
expect 2 gnet echo-server -4 -6
expect 2 gnet echo-server -4 '[::1]:0'
same "$(cat err)" "gnet: -4 does not go with tcp://[::1]:0"
expect 2 gnet echo-server --buffer-size 0
contains err "--buffer-size must be from 1 to 64M"
expect 2 gnet echo-server -u --max-datagram 1T
expect 2 gnet echo-server -4 -p 0 --bind ::1
same "$(cat err)" "gnet: -4 does not go with --bind ::1"
expect 2 gnet echo-server --ready-fd 77
expect 2 gnet echo-server --stats-interval 9ms
expect 2 gnet echo-server --access-format json
same "$(cat err)" "gnet: --access-format needs --access-log"
expect 2 gnet ech0-server
contains err "did you mean 'echo-server'?"

# A range of ports takes the first that is free.
start echo-server -4 -p "$port-$((port + 20))" --print-port
[ "$port" != "${endpoints##*:}" ] || [ "$(cat server.out)" = "$port" ] || fail "$(cat server.out)"

# The number of the error for those who want it.
expect 3 gnet echo-server -p "$port" -4 -vv
grep -q "address already in use.* \[system:[0-9]*\]$" err || fail "no number: $(cat err)"
expect 5 gnet echo-client -v --verbose "$work/nowhere"
contains err "[system:2]"

# Names of unix sockets, up to their limit and beyond it.
long=$(head -c 107 /dev/zero | tr '\0' "$((port % 10))")
expect 0 gnet echo-server "@$long" --for 1ms
expect 2 gnet echo-server -U "@${long}x"
contains err "name is longer than 107 bytes (for --unix)"
expect 2 gnet echo-client -U "/$long" -n 1
contains err "path is longer than 107 bytes (for --unix)"
expect 2 gnet echo-server -U ""
contains err "path is missing (for --unix)"
expect 2 gnet echo-server --bind 'a b'
contains err "(for --bind)"

# What is not 0 does not become 0.
expect 2 gnet echo-server --idle-timeout 0.0000000001s
contains err "bad value '0.0000000001s' for --idle-timeout"
expect 2 gnet echo-client -n 0.4
same "$(cat err)" "gnet: bad value '0.4' for --count: must be a whole number like 100 or 10k"

# Rules that match nobody.
expect 2 gnet echo-server --deny 0.0.0.0
contains err "nobody has this address; all of IPv4 is 0.0.0.0/0"
start echo-server '*:0' --deny ::ffff:127.0.0.1
same "$(printf hello | peer pipe "127.0.0.1:$port")" ""

# IPv6 only is only that.
if start echo-server -6 --public -u -p 0; then
  expect 5 gnet echo-client -n 1 "127.0.0.1:$port"
  expect 0 gnet echo-client -n 1 "[::1]:$port"
fi

# Options of socat that mean nothing here, and one that means nothing yet.
start echo-server TCP-LISTEN:0,fork,reuseaddr -v
await server.err "without effect here: fork, reuseaddr"
expect 2 gnet echo-server 'udp-l://:0?idle=60s'
contains err "bad endpoint 'udp-listen://127.0.0.1:0?idle=1m': there are no sessions"
expect 2 gnet echo-client 'udp://:1?idle=60s'
contains err "'idle' is for the listening side"

# Too little memory is no defect. (Some instrumented programs cannot have such a limit at all.)
if (ulimit -v 200000 && gnet version) > /dev/null 2>&1; then
  start echo-server -U "$work/s.sock"
  (ulimit -v 200000 && expect 9 gnet echo-client -n 1 -s 256M "$work/s.sock")
  same "$(cat err)" "gnet echo-client: out of memory"
  (ulimit -v 200000 && expect 9 gnet echo-server -p 0 --threads 64)
  contains err "gnet echo-server: cannot start 64 threads: "
  contains err "hint: --threads 1 needs none"
fi

# What the kernel calls an invalid argument is told as what it is.
expect 3 gnet echo-server '[fe80::1%nosuch]:0'
contains err "there is no interface 'nosuch'"
expect 5 gnet echo-client -n 1 '[fe80::1]:6011'
contains err "a link-local address needs its interface, as in fe80::1%eth0"
expect 5 gnet echo-client -n 1 '[::1%lo]:6011'
contains err "only a link-local address has an interface, not ::1"
expect 0 gnet echo-server 'tcp://[::ffff:127.0.0.1]:0' --for 1ms
start echo-server -U "$work/used"
expect 3 gnet echo-server -U "$work/used"
contains err "address already in use: another server answers there"
echo 'config = "other"' > chain.toml
expect 2 gnet echo-server -D --config chain.toml
contains err "chain.toml:1: a file names no other; --config and GNET_CONFIG do"
echo 'port = 7' | gnet echo-server --config - --explain > out
contains out "port                 7"
expect 2 env GNET_VERBOSE=-1 "$GNET" echo-server
contains err "must be on, off, or how many times"
