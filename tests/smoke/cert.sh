# gnet cert with servers: what they show, whether it is good, and what they speak.
. "$(dirname "$0")/prelude.sh"
command -v openssl > /dev/null || { echo "openssl is missing: skipped" >&2; exit 77; }
export XDG_DATA_HOME="$work/data" SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/nonexistent

# issue NAME ISSUER CONF [x509 OPTIONS…]: NAME.pem and NAME.key, signed by ISSUER.pem.
issue() {
  name=$1 issuer=$2 extensions=$3
  shift 3
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
    -keyout "$name.key" -out "$name.csr" 2> /dev/null
  printf '%s\n' "$extensions" > "$name.conf"
  openssl x509 -req -in "$name.csr" -CA "$issuer.pem" -CAkey "$issuer.key" -CAcreateserial \
    -extfile "$name.conf" -out "$name.pem" "$@" 2> /dev/null
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 900 -subj /CN=root \
  -keyout root.key -out root.pem 2> /dev/null
issue middle root basicConstraints=critical,CA:TRUE -days 800
issue leaf middle subjectAltName=DNS:localhost,IP:127.0.0.1 -days 700
cat leaf.pem middle.pem > chain.pem
cat leaf.pem middle.pem leaf.key > both.pem

start echo-server -p 0 -4 --tls-cert chain.pem --tls-key leaf.key --alpn h2,echo
server_tls=tls://127.0.0.1:$port
expect 0 gnet cert show --ca root.pem "$server_tls" --alpn h2
contains out 'agreed on   TLSv1.3, TLS_AES_256_GCM_SHA384, ALPN h2'
contains out '2  CN=middle'
for target in ":$port" "127.0.0.1:$port" "https://localhost:$port/some?thing" "tls://localhost:$port"; do
  expect 0 gnet cert check -4 --ca root.pem "$target"
done
expect 0 gnet cert pin ":$port"
same "$(cat out)" "$(gnet cert pin leaf.pem)"
same "$(cat err)" ''
expect 0 gnet cert fingerprint ":$port" chain.pem
same "$(sed 's/  .*//' out | sort -u | wc -l | tr -d ' ')" 1
expect 0 gnet cert show --pin "$(gnet cert pin leaf.pem)" -k ":$port"
same "$(cat err)" ''
expect 6 gnet cert show --pin "$(gnet cert pin root.pem)" -k ":$port"
contains err 'which is not pinned'
# What is not believed is shown all the same.
expect 6 gnet cert show ":$port"
contains out '1  CN=leaf'
contains out 'believed    no: nobody who is believed has signed'
contains err "gnet cert: :$port: nobody who is believed"
expect 6 gnet cert show --ca root.pem --host other.test ":$port"
contains out 'the certificate is not for other.test'
expect 0 gnet cert show -k ":$port"
contains err '--insecure: it may be anybody who answers'
expect 6 gnet cert show --json ":$port"
contains out '"verified":false'
same "$(cat err)" ''
expect 1 gnet cert check --ca root.pem --days 1000 ":$port"
expect 0 gnet cert show --probe --alpn h2,h3 --ca root.pem ":$port"
grep -q '1\.0 *no ' out || fail "$(cat out)"
grep -q '1\.3 *yes TLS_AES' out || fail "$(cat out)"
grep -q 'h2 *yes' out || fail "$(cat out)"
grep -q 'h3 *no' out || fail "$(cat out)"
stop
expect 5 gnet cert show "$server_tls"
expect 4 gnet cert show tls://nothing.invalid:1

# Without its issuer; a unix socket; who wants a certificate of the client; who has no TLS.
start echo-server "tls+unix-l://$work/e.sock?cert=leaf.pem&key=leaf.key" tcp-l://127.0.0.1:0
expect 1 gnet cert check --ca root.pem "tls+unix://$work/e.sock"
contains out 'its issuer CN=middle is neither sent nor known'
expect 1 gnet cert check --ca root.pem -U "$work/e.sock"
expect 0 gnet cert pin -U "$work/e.sock"
expect 0 gnet cert pin ./e.sock
expect 6 gnet cert show "${endpoints##* }"
contains err 'TLS handshake'
stop
start echo-server -p 0 -4 --tls-cert chain.pem --tls-key leaf.key --tls-client-ca root.pem
expect 0 gnet cert check --ca root.pem "tls://localhost:$port" -4
expect 0 gnet cert show --ca root.pem --cert both.pem "tls://localhost:$port" -4
stop

# An old server is shown with --probe, and only then.
mkfifo keep
exec 8<> keep
openssl s_server -accept 127.0.0.1:0 -cert chain.pem -key leaf.key -tls1_1 -cipher ALL:@SECLEVEL=0 \
  < keep > old_server 2>&1 8>&- &
started="$started $!"
if gnet wait-for -t 5s "sh:grep -q '^ACCEPT .*:[0-9]' old_server"; then
  old=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' old_server | head -n 1)
  expect 6 gnet cert show -k ":$old"
  expect 0 gnet cert show -k --probe ":$old"
  contains out 'agreed on   TLSv1.1'
  grep -q '1\.1 *yes' out || fail "$(cat out)"
  grep -q '1\.2 *no ' out || fail "$(cat out)"
fi

# Who says nothing has a limit.
start echo-server -p 0 -4 --mode discard
expect 5 gnet cert show --connect-timeout 200ms ":$port"
expect 124 gnet cert show -t 200ms --connect-timeout 1h ":$port"
expect 124 gnet cert check -t 400ms --connect-timeout 1h ":$port" -k chain.pem
contains out "not ok :$port: no answer in time"
contains out 'ok     chain.pem'
! grep -q 'timed out' err || fail "it is told twice"
# The first that is wrong says which status it is.
expect 1 gnet cert check -t 400ms --connect-timeout 1h chain.pem ":$port"
contains out "not ok chain.pem: "
contains out "not ok :$port: no answer in time"
stop
