# gnet cert make: new keys, and who signs for them.
. "$(dirname "$0")/prelude.sh"
command -v openssl > /dev/null || { echo "openssl is missing: skipped" >&2; exit 77; }
export XDG_DATA_HOME="$work/data" SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/nonexistent

mode() { stat -c %a "$1"; }
openssl_text() { openssl x509 -in "$1" -noout -text; }

# What it makes is what OpenSSL reads, and nobody else may read the key.
expect 0 gnet cert make localhost 127.0.0.1 '[::1]' -o tls
contains out 'tls/localhost.pem'
same "$(mode tls/localhost-key.pem) $(mode tls/localhost.pem)" "600 644"
same "$(ls tls | tr '\n' ' ')" "localhost-key.pem localhost.pem "
openssl_text tls/localhost.pem > out
contains out 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1'
same "$(openssl x509 -in tls/localhost.pem -noout -pubkey)" \
  "$(openssl pkey -in tls/localhost-key.pem -pubout)"
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

touch file
for folder in file file/below; do
  expect 9 gnet cert make localhost -o "$folder" --force
  contains err 'no folder'
  ! grep -q -- --force err || fail "it was given: $(cat err)"
done

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
HOME=/dev/null XDG_DATA_HOME='' expect 9 gnet cert make x --local-ca -o mine
