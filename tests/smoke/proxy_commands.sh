# gnet proxy: the commands of SOCKS 5 beside CONNECT, datagrams (UDP ASSOCIATE) and calls back (BIND).
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

socks() { perl "$here/socks_peer.pl" "127.0.0.1:$proxy" "$@" 8>&-; }

start echo-server udp-l://127.0.0.1:0
echo=$port

# Datagrams, there and back.
start proxy -p 0 -4 --json
proxy=$port
same "$(socks associate 127.0.0.1 "$echo" one two)" "one
two"
await server.out '"rx_bytes":19,"tx_bytes":18'
same "$(socks bind 127.0.0.1 0)" "reply 7"
stop
same "$status" 0

# They go where clients may, and not through another proxy: that is said where nobody could be reached.
start proxy -p 0 -4 --deny-dest "127.0.0.1:$echo"
proxy=$port
same "$(socks associate 127.0.0.1 "$echo" one)" "(nothing)"
stop
start proxy -p 0 -4 --udp off
proxy=$port
same "$(socks associate 127.0.0.1 "$echo" one)" "reply 7"
stop
start proxy -p 0 -4 --upstream "socks5h://127.0.0.1:$port"
proxy=$port
same "$(socks associate 127.0.0.1 "$echo" one)" "reply 7"
stop
start proxy -p 0 -4 --upstream "socks5h://127.0.0.1:$port" --upstream-for "127.0.0.*=none"
proxy=$port
same "$(socks associate 127.0.0.1 "$echo" one)" one
stop
start proxy -p 0 -4 --upstream-for "127.0.0.1=socks5h://127.0.0.1:$port" --bind-cmd
proxy=$port
same "$(socks associate 127.0.0.1 "$echo" one)" "(nothing)"
same "$(socks bind 127.0.0.1 80)" "reply 2"
stop

# A call back from whom it is expected, whoever else calls; the port may be unknown.
start proxy -p 0 -4 --bind-cmd --connect-timeout 400ms
proxy=$port
for expected in 80 0; do
  same "$(socks bind 127.0.0.1 "$expected" 127.0.0.2 127.0.0.1)" "called
asked"
done
same "$(socks bind 169.254.169.254 0)" "reply 2"
same "$(socks bind 0.0.0.0 0)" "reply 2"
# Who else calls does not make it wait longer.
same "$(socks bind 127.0.0.1 0 127.0.0.2+)" "reply 4"
stop
same "$status" 0

# It is judged by the port that it calls from, where no other is known.
start proxy -p 0 -4 --bind-cmd --allow-dest '127.0.0.1:1-1023'
proxy=$port
same "$(socks bind 127.0.0.1 0 127.0.0.1)" "reply 2"
same "$(socks bind 127.0.0.1 80 127.0.0.1)" "called
asked"
same "$(socks bind 127.0.0.1 8080)" "reply 2"
stop
