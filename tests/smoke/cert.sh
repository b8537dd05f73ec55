# gnet cert: certificates that are shown, checked, made and converted, of every kind.
. "$(dirname "$0")/prelude.sh"
command -v openssl > /dev/null || { echo "openssl is missing: skipped" >&2; exit 77; }
export XDG_DATA_HOME="$work/data" SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/nonexistent

mode() { stat -c %a "$1"; }
openssl_text() { openssl x509 -in "$1" -noout -text; }

# ---- make ----

# What it makes is what OpenSSL reads, and nobody else may read the key.
expect 0 gnet cert make localhost 127.0.0.1 '[::1]' -o tls
contains out 'tls/localhost.pem'
same "$(mode tls/localhost-key.pem) $(mode tls/localhost.pem)" "600 644"
same "$(ls tls | tr '\n' ' ')" "localhost-key.pem localhost.pem "
openssl_text tls/localhost.pem > out
contains out 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1'
same "$(openssl x509 -in tls/localhost.pem -noout -pubkey)" "$(openssl pkey -in tls/localhost-key.pem -pubout)"
expect 0 gnet cert fingerprint tls/localhost.pem
same "sha256 Fingerprint=$(cat out)" "$(openssl x509 -in tls/localhost.pem -noout -fingerprint -sha256)"
expect 0 gnet cert pin tls/localhost.pem
pin=$(cat out)
same "$pin" "sha256//$(openssl x509 -in tls/localhost.pem -noout -pubkey |
  openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64)"
expect 0 gnet cert pin tls/localhost-key.pem
same "$(cat out)" "$pin"

# Nothing is replaced by mistake, and then nothing is left behind.
cp tls/localhost-key.pem before
rm tls/localhost.pem
expect 9 gnet cert make localhost -o tls
contains err 'localhost-key.pem: file exists'
contains err '--force'
cmp before tls/localhost-key.pem
same "$(ls -A tls)" localhost-key.pem
expect 0 gnet cert make localhost 127.0.0.1 -o tls --force --days 60
! cmp -s before tls/localhost-key.pem || fail 'the same key'
umask 077
ln -s nowhere/else tls/linked-key.pem
expect 9 gnet cert make linked -o tls
expect 0 gnet cert make linked -o tls --force
[ ! -L tls/linked-key.pem ] || fail 'a link was followed'
umask 022

# Keys of all kinds, names of all kinds.
for key in ec rsa2048 ed25519; do
  expect 0 gnet cert make "$key.test" --key "$key" -o keys --json --p12
  expect 0 gnet cert check --ca "keys/$key.test.pem" --host "$key.test" --days 29 "keys/$key.test.pem"
  expect 0 gnet cert show "keys/$key.test.p12"
  contains out 'private key as well'
  openssl verify -CAfile "keys/$key.test.pem" "keys/$key.test.pem" > /dev/null
done
expect 0 gnet cert make '*.Example.org' ada@example.org "$(printf 'b\303\274cher.test')" fe80::1 -o names
expect 0 gnet cert show names/_wildcard.example.org.pem
contains out 'names       *.example.org, xn--bcher-kva.test, fe80::1, email:ada@example.org'
for bad in '' ' ' 'a b' a,b a/b ../x a..b -a a- 'a*b' '*' '*.*.x' '[127.0.0.1' @x 'a b@x' "$(printf 'a\nb')" \
  "$(printf 'a\033[31m')" "$(printf '%064d' 0)" "$(printf '%0300d' 0)" 'x:y' 'https://x'; do
  expect 2 gnet cert make "$bad" -o bad
  case $(wc -l < err) in 1) ;; *) fail "$bad: $(cat err)" ;; esac
  ! grep -q "$(printf '\033')" err || fail "control characters: $bad"
done
[ ! -e bad ] || fail 'a folder for nothing'
for words in 'make' 'make x --days 0' 'make x --days 40000' 'make x --key dsa' 'make x --sni y' 'make x -t 1s' \
  'make x --pem' 'make x --ca d --local-ca' 'make x --password-file f' '' 'frobnicate' 'show' 'check' 'pin' \
  'convert' 'show a b' 'show - --probe' 'check - -' 'check x --to pem' 'show x --key k' 'show http://x' \
  'show udp://x:1' 'show tls-l://:1' 'show :1 --starttls nntp' 'show imap://x --starttls smtp' 'show exec:cat' \
  'convert x.pem --to xml' 'show x.pem -k --ca y' 'show x.pem --ca x --cacert y' 'show --pem --json x.pem'; do
  # shellcheck disable=SC2086
  expect 2 gnet cert $words
done

# An authority of one's own, which several make at once.
"$GNET" cert make one.test --local-ca -o mine > one.out 2> one.err &
first=$!
expect 0 gnet cert make two.test --local-ca -o mine
wait "$first" || fail "$(cat one.err)"
same "$(mode data/gnet/ca) $(mode data/gnet/ca/ca-key.pem)" "700 600"
same "$(cat out one.out | grep -c 'authority is new')" 1
for name in one two; do
  openssl verify -x509_strict -CAfile data/gnet/ca/ca.pem "mine/$name.test.pem" > /dev/null
  expect 0 gnet cert check --local-ca --host "$name.test" --days 29 "mine/$name.test.pem"
done
expect 1 gnet cert check --local-ca --host one.test --days 0 mine/two.test.pem
contains out 'not ok mine/two.test.pem: the certificate is not for one.test'
expect 0 gnet cert make ada@web.test --ca authority --client --p12 -o mine
openssl_text mine/ada@web.test.pem > out
contains out 'TLS Web Client Authentication'
contains out 'CA:FALSE'
expect 0 gnet cert show --ca authority mine/ada@web.test.pem
expect 9 gnet cert make x --ca tls/localhost.pem
mkdir half && cp authority/ca.pem half
expect 9 gnet cert make x --ca half -o mine
cp tls/localhost-key.pem half/ca-key.pem
expect 9 gnet cert make x --ca half -o mine
contains err 'its key is that of another certificate'
expect 9 gnet cert make x -o tls/localhost.pem/y
HOME=/nonexistent/x XDG_DATA_HOME='' expect 9 gnet cert make x --local-ca -o mine

# ---- files of every kind ----

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
issue soon middle subjectAltName=DNS:localhost -days 5
issue brief root basicConstraints=critical,CA:TRUE -days 3
issue under brief subjectAltName=DNS:localhost -days 700
cat leaf.pem middle.pem > chain.pem
cat under.pem brief.pem > under_chain.pem
cat soon.pem middle.pem > soon_chain.pem
# ca NAME START END: a certificate of that time.
at_time() {
  mkdir -p "demo.$1/new" && : > "demo.$1/index" && echo 01 > "demo.$1/serial"
  cat > "demo.$1/conf" << END
[ca]
default_ca = own
[own]
database = demo.$1/index
new_certs_dir = demo.$1/new
serial = demo.$1/serial
default_md = sha256
policy = any
[any]
commonName = supplied
END
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" \
    -out "$1.csr" 2> /dev/null
  openssl ca -batch -config "demo.$1/conf" -selfsign -keyfile "$1.key" -in "$1.csr" -out "$1.pem" \
    -notext -startdate "$2" -enddate "$3" 2> err || fail "$(cat err)"
}
at_time old 20200101000000Z 20210101000000Z
at_time future 20900101000000Z 20950101000000Z
at_time forever 20200101000000Z 99991231235959Z

expect 0 gnet cert show chain.pem
contains out '1  CN=leaf'
contains out '2  CN=middle'
contains out 'authority   yes'
expect 0 gnet cert show --root --ca root.pem chain.pem
contains out '(from the store) CN=root'
contains out 'believed    yes'
expect 0 gnet cert show --root --ca root.pem --pem chain.pem
same "$(grep -c BEGIN out)" 3
expect 0 gnet cert check --ca root.pem --host localhost chain.pem
expect 0 gnet cert check --ca root.pem --host 127.0.0.1 chain.pem
expect 1 gnet cert check --ca root.pem --host other chain.pem
expect 1 gnet cert check --ca root.pem --host 127.0.0.2 chain.pem
expect 1 gnet cert check --ca root.pem leaf.pem
contains out 'nobody who is believed has signed CN=leaf: its issuer CN=middle is neither sent nor known'
expect 1 gnet cert check chain.pem
contains out 'its issuer CN=root is neither sent nor known'
expect 0 gnet cert check -k chain.pem
expect 1 gnet cert check -k --host other chain.pem
expect 1 gnet cert check --ca root.pem soon_chain.pem
contains out 'not ok soon_chain.pem: it expires in 4 days'
expect 0 gnet cert check --ca root.pem soon_chain.pem --days 4
expect 1 gnet cert check --ca root.pem under_chain.pem
contains out 'not ok under_chain.pem: CN=brief expires in 2 days'
expect 1 gnet cert check --ca old.pem old.pem
contains out 'the certificate has expired'
expect 1 gnet cert check -k future.pem
contains out 'the certificate is not valid yet'
expect 0 gnet cert check -k forever.pem
contains out 'until 9999-12-31 23:59:59 UTC'
expect 0 gnet cert show future.pem
contains out 'not valid before another'
expect 0 gnet cert show old.pem
contains out 'expired '
expect 1 gnet cert check tls/localhost.pem
contains out 'self-signed certificate'

# Several: all are told, in their order, and the status is that of the first that is bad.
expect 9 gnet cert check --ca root.pem chain.pem nowhere.pem soon_chain.pem
same "$(sed 's/:.*//' out)" "ok     chain.pem
not ok nowhere.pem
not ok soon_chain.pem"
expect 1 gnet cert check --ca root.pem chain.pem soon_chain.pem nowhere.pem -q
same "$(wc -l < out | tr -d ' ')" 2
expect 1 gnet cert check -qq old.pem
same "$(cat out err)" ''
expect 5 gnet cert check --ca root.pem chain.pem tls://127.0.0.1:1 nowhere.pem

# Weak ones, and those of no use for a server.
openssl req -x509 -newkey rsa:1024 -nodes -days 90 -subj /CN=weak -keyout weak.key -out weak.pem 2> /dev/null
expect 1 gnet cert check --ca weak.pem weak.pem
contains out 'too weak'

# Damaged in every way.
: > empty.pem
printf 'nonsense\n' > nonsense.pem
head -c 300 leaf.pem > cut.pem
{ cat leaf.pem; head -c 300 middle.pem; } > half_chain.pem
sed '3s/./!/' leaf.pem > damaged.pem
openssl x509 -in leaf.pem -outform der -out leaf.der
head -c 200 leaf.der > cut.der
for file in empty nonsense cut half_chain damaged; do
  for operation in show pin fingerprint check 'convert --to der'; do
    # shellcheck disable=SC2086
    expect 9 gnet cert $operation "$file.pem"
    [ "$(wc -l < err)" -le 1 ] || fail "$(cat err)"
  done
done
expect 9 gnet cert show cut.der
expect 9 gnet cert show nowhere.pem
expect 9 gnet cert show ./
expect 9 gnet cert show leaf.key
contains err 'it has a private key, and no certificate'
expect 0 gnet cert show leaf.der
expect 0 gnet cert show - --json < leaf.der
expect 9 gnet cert show -
contains err 'standard input: it is empty'
"$GNET" cert pin - < chain.pem > out
same "$(cat out)" "$(gnet cert pin leaf.der)"

# Names that were not made for terminals.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -utf8 \
  -subj "/CN=$(printf 'e\033[31mvil')" -addext 'subjectAltName=DNS:a\x00b' -keyout evil.key -out evil.pem \
  2> /dev/null || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -utf8 \
  -subj "/CN=$(printf 'e\033[31mvil')" -keyout evil.key -out evil.pem 2> /dev/null
cat > nul.conf << 'END'
[req]
distinguished_name = name
x509_extensions = more
prompt = no
[name]
CN = nul
[more]
subjectAltName = DER:30:14:82:12:67:6f:6f:64:2e:74:65:73:74:00:2e:1b:5b:33:31:6d:0a:78
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -config nul.conf \
  -keyout nul.key -out nul.pem 2> /dev/null
expect 0 gnet cert show nul.pem
contains out 'names       good.test\x00.\x1b[31m\nx'
expect 0 gnet cert show nul.pem --json
contains out '"names":["good.test\u0000.\u001b[31m\nx"]'
expect 1 gnet cert check --ca nul.pem --host good.test nul.pem
expect 0 gnet cert show evil.pem
for output in out err; do
  ! grep -q "$(printf '\033')" "$output" || fail 'a terminal would do as it says'
done

# A large one.
{
  printf '[req]\ndistinguished_name = name\nx509_extensions = more\nprompt = no\n[name]\nCN = large\n[more]\n'
  printf 'subjectAltName = DNS:first.test'
  seq -f ',DNS:name-number-%g.example.org' 1 500
} | tr -d '\n' | sed 's/\[req\]/[req]\n/; s/distinguished_name = name/&\n/; s/x509_extensions = more/&\n/
    s/prompt = no/&\n/; s/\[name\]/[name]\n/; s/CN = large/&\n/; s/\[more\]/[more]\n/' > large.conf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -config large.conf \
  -keyout large.key -out large.pem 2> err || fail "$(cat err)"
[ "$(wc -c < large.pem)" -gt 16384 ] || fail 'not so large'
expect 0 gnet cert show large.pem
contains out 'name-number-500.example.org'

# ---- PKCS#12, and convert ----

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

# ---- servers ----

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
expect 6 gnet cert show --pin "$pin" -k ":$port"
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
expect 0 gnet cert show --ca root.pem --cert opened.pem "tls://localhost:$port" -4
stop

# An old server: shown with --probe.
openssl s_server -accept 127.0.0.1:0 -cert chain.pem -key leaf.key -tls1_1 \
  -cipher ALL:@SECLEVEL=0 -naccept 100 < /dev/null > old_server 2>&1 &
started="$started $!"
tries=0
until grep -q '^ACCEPT [0-9.]*:[0-9]' old_server; do
  tries=$((tries + 1))
  [ "$tries" -lt 20000 ] || break
done
old=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' old_server | head -n 1)
if [ -n "$old" ]; then
  expect 6 gnet cert show -k ":$old"
  expect 0 gnet cert show -k --probe ":$old"
  contains out 'agreed on   TLSv1.1'
  grep -q '1\.2 *no ' out || fail "$(cat out)"
fi

# A peer that says nothing: it has a limit.
deaf() { mkfifo deaf_keep && exec 8<> deaf_keep; }
deaf
openssl s_client -version > /dev/null 2>&1 || :
start echo-server -p 0 -4 --mode discard
expect 5 gnet cert show --connect-timeout 200ms ":$port"
expect 124 gnet cert show -t 200ms --connect-timeout 1h ":$port"
expect 124 gnet cert check -t 200ms --connect-timeout 1h ":$port" --ca root.pem chain.pem
contains out "not ok :$port: no answer in time"
contains out 'ok     chain.pem'
stop
