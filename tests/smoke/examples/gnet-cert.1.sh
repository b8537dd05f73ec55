# gnet-cert(1)

example 'gnet http-serve --tls-cert'
run 0 "$(line 1)"
serve port:8080 "$(line 2)"
expect 0 gnet http --cacert tls/localhost.pem https://localhost:8080/

# One is good for a day, and nobody is at the other.
example '--days 14'
PATH="$work:$PATH"
program notify << 'END'
touch notified
END
if certified; then
  helper web http-echo 'tls-l://:443?cert=server.pem&key=server.key'
  run 0
  [ -e notified ] || fail 'nobody was told'
  contains out 'not ok https://example.org: it expires within a day'
  contains out 'not ok smtp://mail.example.org:25: cannot connect'
fi

example --pinnedpubkey
if [ "$(command -v curl)" = "$box/bin/curl" ]; then
  skip 'curl is missing'
elif certified; then
  helper web http-echo 'tls-l://:8443?cert=server.pem&key=server.key'
  run 0
  sed 's/gnet cert pin :8443/gnet cert pin other.pem/' "$text" > other
  gnet cert make other
  ! sh other > out 2> err || fail 'any key will do'
fi

# It is for another name, which is told.
example --probe
if ! command -v python3 > /dev/null; then
  skip 'python3 is missing'
elif certified; then
  mkfifo keep ports
  exec 7<> keep
  python3 "$here/start_tls_peer.py" server.pem server.key postgres@5432 < keep > ports 2> peer.err 7>&- &
  started="$started $!"
  read -r port < ports
  same "$port" 5432
  run 6
  contains out 'agreed on   TLSv1.3'
  contains out 'the certificate is not for db'
  grep -q '1\.2 *yes' out || fail "$(cat out)"
fi

example '--ca ca'
run 0
contains out 'ok     tls/web.test.pem'
[ -s tls/ada@web.test.p12 ] || fail 'there is no PKCS#12'

example convert
echo geheim > secret
gnet cert make server --p12 --password-file secret
rm server.pem
run 0
expect 0 gnet cert check -k --days 20 --host server server.pem
contains server.pem 'PRIVATE KEY'

example jq
gnet cert make localhost 127.0.0.1 -o tls
run 0
same "$(cat out)" 'localhost
127.0.0.1'
