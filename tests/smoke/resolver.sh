# Names are looked up by whom GNET_RESOLVER names.
. "$(dirname "$0")/prelude.sh"

start echo-server --port 0
for resolver in thread ares; do
  GNET_RESOLVER=$resolver gnet echo-client -n 1 -qq "localhost:$port" ||
    fail "$resolver: exit status $?"
done

status=0
GNET_RESOLVER=nobody gnet echo-client -n 1 "localhost:$port" 2> client.err || status=$?
[ "$status" = 4 ] || fail "an unknown resolver: exit status $status"
grep -q "cannot resolve 'localhost': GNET_RESOLVER is 'nobody': must be thread or ares" client.err ||
  fail "what is wrong is not said: $(cat client.err)"

# Nobody listens at this name server.
status=0
GNET_RESOLVER=ares GNET_RESOLVER_NAMESERVERS=127.0.0.1:1 \
  gnet echo-client -n 1 -t 30s host.example:1 2> client.err || status=$?
[ "$status" = 4 ] || fail "no name server: exit status $status: $(cat client.err)"

# A server that is told to end while it still looks for its address ends at once, as others do. The
# name server says nothing.
start echo-server --json --mode discard udp-l://127.0.0.1:0
GNET_RESOLVER=ares GNET_RESOLVER_NAMESERVERS=127.0.0.1:$port \
  "$GNET" echo-server --json --for "$life" host.example:0 > resolving.out 2> resolving.err &
resolving=$!
started="$started $resolving"
await_datagrams '[1-9]'
kill -TERM "$resolving"
status=0
wait "$resolving" || status=$?
same "$status" 0
contains resolving.out '"event":"stopped"'
