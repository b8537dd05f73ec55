# gnet bridge -x: the right side by way of a proxy, or of two.
. "$(dirname "$0")/prelude.sh"
unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY 2> /dev/null || :

start echo-server -p 0 -4
echo=tcp://127.0.0.1:$port
start ws-echo -p 0 -4
ws=ws://127.0.0.1:${port%/}/
start proxy -p 0 -4 -a ada:secret --json
proxy=ada:secret@127.0.0.1:$port

head -c 3000000 /dev/urandom > bytes
for scheme in socks5 socks5h http; do
  : > server.out
  same "$(gnet bridge - "$echo" -x "$scheme://$proxy" < bytes | cksum)" "$(cksum < bytes)"
  await server.out '"event":"close"'
done
same "$(echo hi | gnet bridge - "$ws" -x "socks5h://$proxy" -w 300ms)" hi
expect 7 gnet bridge text:hello "$echo" -x "socks5h://ada:wrong@127.0.0.1:$port"
expect 5 gnet bridge text:hello "$echo" -x socks5h://127.0.0.1:1
expect 2 gnet bridge text:hello "$echo" -x ftp://127.0.0.1:1
expect 2 gnet bridge text:hello exec:cat -x "socks5h://$proxy"

# Behind a left side that listens each pair takes that way.
proxies=$server
start bridge tcp-l://127.0.0.1:0 "$echo" -x "socks5h://$proxy"
same "$(peer pipe "127.0.0.1:$port" < bytes | cksum)" "$(cksum < bytes)"
kill -USR1 "$proxies"
await server.err '"users":{"ada":{"connections":5'
stop
same "$status" 0
