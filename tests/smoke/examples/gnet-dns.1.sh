# gnet-dns(1)
#
# The name server of everybody in here is the one of the smoke tests, where nothing else is said.

echo nameserver 127.0.0.1 > "$box/resolv.conf"
[ ! -e /etc/resolv.conf ] || mount --bind "$box/resolv.conf" /etc/resolv.conf
serve_names() { dns_peer 127.0.0.1 53; }

# secure ADDRESS PORT NAME: TLS at this address leads there, with a certificate of that name which
# clients believe.
believed=$SSL_CERT_FILE
secure() {
  ip addr add "$1/32" dev lo
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=dns \
    -addext "subjectAltName=$3" -keyout dns.key -out dns.pem 2> /dev/null
  export SSL_CERT_FILE="$work/dns.pem"
  helper dns bridge "tls-l://$1:$2" tcp://127.0.0.1:53 --tls-cert dns.pem --tls-key dns.key
}

example '--short example.org | head'
serve_names
run 0 "$(line 1)
echo \$ip"
same "$(cat out)" 192.0.2.1

example 'gnet dns MX'
if certified; then
  serve_names
  secure 9.9.9.9 853 IP:9.9.9.9
  run 0
  same "$(cat out)" 'mx.test.
mx2.test.'
  export SSL_CERT_FILE="$believed"
fi

example '-x 8.8.8.8'
serve_names
run 0
same "$(cat out)" www.test.

example --all
if certified; then
  serve_names
  secure 192.0.2.53 443 DNS:dns.example
  echo '192.0.2.53 dns.example' > more_hosts
  cat /etc/hosts >> more_hosts
  mount --bind more_hosts /etc/hosts
  run 0
  contains out 'example.org. 300 IN A 192.0.2.1'
  contains out '; https://dns.example/dns-query: NOERROR, '
  umount /etc/hosts
  export SSL_CERT_FILE="$believed"
fi

example '-n 1000'
serve_names
run 0
contains out '1000 questions in '

example 'gnet dns -j - < names'
serve_names
printf 'www.test\nnone.test\nempty.test\n' > names
run 0
same "$(cat out)" 'none.test
empty.test'
