# gnet cert show and check with files: good ones, bad ones, and what is none.
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
issue soon middle subjectAltName=DNS:localhost -days 5
issue brief root basicConstraints=critical,CA:TRUE -days 3
issue under brief subjectAltName=DNS:localhost -days 700
made=$(date +%s)
cat leaf.pem middle.pem > chain.pem
cat under.pem brief.pem > under_chain.pem
cat soon.pem middle.pem > soon_chain.pem
# at_time NAME START END: a certificate of that time.
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
# Of its last day nothing is missing until a second has gone by.
until [ "$(date +%s)" -gt "$made" ]; do :; done
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
expect 1 gnet cert check root.pem
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
"$GNET" cert show - --json < leaf.der > out
contains out '"target":"standard input"'
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
