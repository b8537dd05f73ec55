# gnet cert with PKCS#12, DER and passwords.
. "$(dirname "$0")/prelude.sh"
command -v openssl > /dev/null || { echo "openssl is missing: skipped" >&2; exit 77; }
export XDG_DATA_HOME="$work/data" SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/nonexistent

mode() { stat -c %a "$1"; }

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
openssl x509 -in leaf.pem -outform der -out leaf.der

openssl pkcs12 -export -in chain.pem -inkey leaf.key -passout pass: -out open.p12
openssl pkcs12 -export -in chain.pem -inkey leaf.key -passout pass:geheim -out closed.p12
openssl pkey -in leaf.key -aes256 -passout pass:geheim -out closed.key
echo geheim > secret
echo falsch > wrong
expect 0 gnet cert show open.p12
contains out '2  CN=middle'
for way in 'setsid' ''; do
  command -v "${way:-true}" > /dev/null || continue
  # Without a terminal nobody can be asked.
  [ -n "$way" ] && { expect 9 $way "$GNET" cert show closed.p12; contains err '--password-file'; }
  expect 0 gnet cert show --password-file secret closed.p12
  expect 9 gnet cert show --password-file wrong closed.p12
  contains err 'its password is another'
done
GNET_CERT_PASSWORD=geheim expect 0 gnet cert check -k closed.p12
same "$(cat err)" ''
expect 9 gnet cert pin --password-file wrong closed.key
expect 0 gnet cert pin --password-file secret closed.key
same "$(cat out)" "$(gnet cert pin leaf.pem)"

expect 0 gnet cert convert open.p12 -o opened.pem
same "$(mode opened.pem)" 600
openssl verify -CAfile root.pem -untrusted opened.pem opened.pem > /dev/null
same "$(openssl pkey -in opened.pem)" "$(openssl pkey -in leaf.key)"
expect 9 gnet cert convert open.p12 -o opened.pem
expect 0 gnet cert convert open.p12 -o opened.pem --force
expect 0 gnet cert convert chain.pem leaf.key --password-file secret -o again.p12
same "$(mode again.p12)" 600
openssl pkcs12 -in again.p12 -passin pass:geheim -nodes 2> /dev/null | grep -c BEGIN > out
same "$(cat out)" 3
expect 9 gnet cert convert chain.pem middle.key -o wrong.p12
contains err 'not that of the first certificate'
expect 0 gnet cert convert chain.pem -o leaf2.der
contains err 'no room for 1 more'
cmp leaf.der leaf2.der
same "$(mode leaf2.der)" 644
expect 0 gnet cert convert leaf.der
cmp out leaf.pem
expect 0 gnet cert convert leaf.key -o key.der
openssl pkey -in key.der -inform der -out - > out
cmp out leaf.key
expect 0 gnet cert convert key.der
cmp out leaf.key
expect 2 gnet cert convert chain.pem
# Several are joined, PEM too.
expect 0 gnet cert convert leaf.pem middle.pem leaf.key -o both
same "$(mode both)" 600
same "$(grep -c BEGIN both)" 3
