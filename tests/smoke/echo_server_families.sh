# A host that has one family of addresses only: that one is served, if nobody has named the other.
# In a network namespace of its own, where such a host can be had.
if [ -z "${GNET_SMOKE_ALONE:-}" ]; then
  unshare -rn ip link set lo up 2> /dev/null || { echo "no namespaces: skipped" >&2; exit 77; }
  GNET_SMOKE_ALONE=1 exec unshare -rn sh "$0"
fi
. "$(dirname "$0")/prelude.sh"
ip link set lo up

ip addr del 127.0.0.1/8 dev lo
start echo-server -p 0 --json
same "$endpoints" "tcp://[::1]:$port"
expect 0 gnet echo-client -n 1 "[::1]:$port"
stop
same "$status $(grep -c '"listening"' server.out)" "0 1"
start echo-server '[::1]:0' --udp
same "$endpoints" "tcp://[::1]:$port udp://[::1]:$port"
expect 0 gnet echo-client -n 1 -i 0 "udp://[::1]:$port"
expect 3 gnet echo-server -p 0 --bind ::1 --bind 127.0.0.1
contains err "cannot listen on tcp://127.0.0.1:"
expect 3 gnet echo-server -p 0 -4

ip addr add 127.0.0.1/8 dev lo
ip addr del ::1/128 dev lo
start echo-server -p 0 --udp
same "$endpoints" "tcp://127.0.0.1:$port udp://127.0.0.1:$port"
expect 3 gnet echo-server -p 0 --bind 127.0.0.1 --bind ::1
contains err "cannot listen on tcp://[::1]:"

ip addr del 127.0.0.1/8 dev lo
expect 3 gnet echo-server -p 0
contains err "cannot listen on "
