# gnet-endpoints(7)

# forever COMMAND: an echo client that goes on until it is stopped.
forever() {
  serve sh:true "$1"
  await served.out seq=1
  stop 143
}

example socks5h
serve sh:'test -S /tmp/e.sock' "$(line 1)"
servers=$server
await served.err 'listening on unix:'
for endpoint in tcp udp; do
  port=$(sed -n "s/.* on $endpoint:.*:\([0-9]*\)\$/\1/p" served.err | head -n 1)
  expect 0 gnet echo-client -n 1 "$endpoint://:$port"
done
same "$(stat -c %a /tmp/e.sock)" 660
forever "$(line 3)"
server=$servers
stop

helper server echo-server
forever "$(line 2)"

if [ -s "$SSL_CERT_FILE" ]; then
  cp "$box"/tls/* .
  helper chat ws-echo tls-l://:443 --tls-cert server.pem --tls-key server.key --path /chat
  forever "$(line 4)"
else
  skip "openssl is missing"
fi

run 0 "$(line 5)"
contains out '3 sent, 3 received'

helper proxy proxy
helper web echo-server :80
run 0 'echo hello | {' "$(line 6)" '}'
same "$(cat out)" hello

if [ -e /etc/hostname ]; then
  run 0 "$(line 7)"
  cmp out /etc/hostname
else
  skip "there is no /etc/hostname"
fi
