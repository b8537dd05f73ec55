# curl over TLS, and over a unix socket.
. "$(dirname "$0")/prelude.sh"
need curl
certificate one
ask() { curl -sS --max-time 30 "$@"; }

start http-echo -p 0 -4 --tls-cert one.pem --tls-key one.key -U "$work/socket"
site=https://localhost:$port
for version in "--tls-max 1.2" --tlsv1.3; do
  # shellcheck disable=SC2086
  seen=$(ask $version --cacert one.pem -w '%{http_code}/%{num_connects} ' -o a -o b -o c \
    "$site/hello" "$site/bytes/1M" "$site/stream/3")
  same "$seen" "200/1 200/0 200/0 "
  same "$(wc -c < b)" 1048576
done
# Who offers HTTP/2 gets what there is.
ask -v --http2 --cacert one.pem "$site/hello" -o a 2> err
contains err "ALPN: server accepted http/1.1"
head -c 3000000 /dev/zero > body
ask --cacert one.pem -T body "$site/anything" > a
contains a '"body_bytes":3000000'
status=0
ask -o a "$site/hello" 2> err || status=$?
same "$status" 60
status=0
ask -o a "http://localhost:$port/hello" 2> err || status=$?
[ "$status" != 0 ] || fail "plain HTTP where TLS is spoken"

same "$(ask --unix-socket socket -w '%{http_code}/%{num_connects} ' -o a -o b http://x/hello \
  http://x/stream/3)" "200/1 200/0 "
stops_well
