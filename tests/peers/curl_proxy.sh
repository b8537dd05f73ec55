# curl through gnet proxy: SOCKS 5 and 4, names looked up on either side, HTTP with and without CONNECT,
# TLS, users; and curl's own PROXY header in front of a server.
. "$(dirname "$0")/prelude.sh"
need curl openssl
ask() { curl -sS --max-time 30 "$@"; }

certificate server
head -c 3000000 /dev/urandom > big
mkdir site && cp big site/big
start http-serve -p 0 -4 --access-log access --proxy-protocol auto --proxy-from 127.0.0.1 site
headed=http://127.0.0.1:$port
start http-serve -p 0 -4 site
plain=http://localhost:$port
start http-serve -p 0 -4 --tls --tls-cert server.pem --tls-key server.key site
secured=https://localhost:$port

start proxy -p 0 -4
proxy=127.0.0.1:$port
for way in "--socks5 $proxy" "--socks5-hostname $proxy" "--socks4 $proxy" "--socks4a $proxy" \
  "-x http://$proxy" "-p -x http://$proxy"; do
  ask $way "$plain/big" -o one "$plain/big" -o two
  cmp one big && cmp two big
  ask $way --cacert server.pem "$secured/big" -o one
  cmp one big
done

# A body both ways, announced.
ask -x "http://$proxy" -H 'Expect: 100-continue' -T big "$plain/new" -o answer -w '%{http_code}' > code
contains code 405

start proxy -p 0 -4 -a ada:secret
proxy=127.0.0.1:$port
ask --socks5-hostname "ada:secret@$proxy" "$plain/big" -o one && cmp one big
ask -x "http://ada:secret@$proxy" "$plain/big" -o one && cmp one big
same "$(ask -x "http://$proxy" -o answer -w '%{http_code}' "$plain/big")" 407
ask --socks5-hostname "ada:wrong@$proxy" "$plain/big" 2> err && fail "a wrong password"
ask --socks5-hostname "$proxy" "$plain/big" 2> err && fail "no password"

ask --haproxy-protocol "$headed/big" -o one && cmp one big
await access 'GET /big'
