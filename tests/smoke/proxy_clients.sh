# --proxy and --send-proxy in the clients: through gnet proxy, to servers that want a PROXY header.
. "$(dirname "$0")/prelude.sh"
unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY 2> /dev/null || :

start echo-server -p 0 -4 --tls --ready-file tls.ready
pin=$(sed -n 's/.*--pin \(sha256[^ ]*\).*/\1/p' server.err | head -n 1)
secured=$port
start echo-server -p 0 -4
echo=$port
start ws-echo -p 0 -4
ws=$port
start proxy -p 0 -4 -a 'ada:s@cret'
proxy=ada:s%40cret@127.0.0.1:$port
bare=127.0.0.1:$port

for scheme in socks5 socks5h http; do
  expect 0 gnet echo-client -n 2 -i 0 -x "$scheme://$proxy" "localhost:$echo"
  expect 0 gnet echo-client -n 2 -i 0 -x "$scheme://$proxy" --tls --pin "$pin" -k "localhost:$secured"
  expect 0 gnet ws -x "$scheme://$proxy" "ws://127.0.0.1:$ws" < /dev/null
done
expect 7 gnet echo-client -n 1 -x "socks5h://$bare" ":$echo"
contains err "wants a user and a password"
expect 7 gnet echo-client -n 1 -x "http://$bare" ":$echo"
contains err "407"
expect 7 gnet echo-client -n 1 -x "socks5h://$proxy" ":1"
contains err "connection refused"
expect 5 gnet echo-client -n 1 -x socks5h://127.0.0.1:1 ":$echo"
expect 2 gnet echo-client -n 1 -x ftp://127.0.0.1 ":$echo"
expect 2 gnet echo-client -n 1 -x "socks5h://$bare" -U "$work/x.sock"
expect 2 gnet echo-client -n 1 -x "socks5h://$bare" --send-proxy v1 ":$echo"
expect 0 gnet echo-client -n 1 -i 0 -x none ":$echo"

# What --send-proxy says is what --proxy-protocol reads, before TLS as well.
for version in v1 v2; do
  start echo-server -p 0 -4 --proxy-protocol "$version" --proxy-from 127.0.0.1
  expect 0 gnet echo-client -n 2 -i 0 --send-proxy "$version" ":$port"
  expect 8 gnet echo-client -n 1 -i 0 -t 5s ":$port"
done
start echo-server -U "$work/s.sock" --proxy-protocol v2
expect 0 gnet echo-client -n 1 -i 0 --send-proxy v2 -U "$work/s.sock"
start http-serve -p 0 -4 --proxy-protocol auto --proxy-from 127.0.0.1 --tls .
expect 0 gnet http --send-proxy v2 -k "https://127.0.0.1:$port/"
