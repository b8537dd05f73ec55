# TLS: echo-server and echo-client, and strangers.
. "$(dirname "$0")/prelude.sh"
command -v openssl > /dev/null || { echo "openssl is missing: skipped" >&2; exit 77; }

certificate() {  # certificate NAME: NAME.pem and NAME.key, self-signed, for localhost
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=$1" \
    -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout "$1.key" -out "$1.pem" 2> /dev/null
}
certificate one
certificate two

# A certificate of its own: the client knows the server by the key that is logged.
: > server.err
start echo-server -p 0 -4 --tls --json
case $endpoints in tls://127.0.0.1:*) ;; *) fail "$endpoints" ;; esac
pin=$(sed -n 's/.*"pin":"\([^"]*\)".*/\1/p' server.out)
await server.err "--pin $pin"
expect 0 gnet echo-client -n 3 -i 0 --pin "$pin" -k "$endpoints"
same "$(grep -c "4 B from 127.0.0.1:$port" out) $(cat err)" "3 "
expect 0 gnet echo-client -n 1 --tls -k ":$port"
contains err "it may be anybody who answers"
expect 6 gnet echo-client -n 1 "$endpoints"
same "$(cat err)" "gnet echo-client: TLS handshake with 127.0.0.1: self-signed certificate
hint: --cacert FILE or --pin sha256//BASE64 trusts it, -k trusts anybody"
expect 6 gnet echo-client -n 1 -k --pin sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= "$endpoints"
contains err "which is not pinned"
expect 6 gnet echo-client -n 1 --json "$endpoints"
contains out '"code":6,"name":"tls"'
stop TERM
same "$status" 0

# Somebody else's client, somebody else's server.
start echo-server -p 0 -4 --tls-cert one.pem --tls-key one.key --alpn echo
expect 0 gnet echo-client -n 20 -i 0 -s 100K --connections 4 --cacert one.pem "tls://localhost:$port"
mkfifo stranger
exec 8<> stranger
echo hello >&8
openssl s_client -connect "127.0.0.1:$port" -CAfile one.pem -quiet -verify_return_error \
  -alpn echo -tls1_2 < stranger > heard 2> err 8>&- &
started="$started $!"
await heard hello
expect 6 gnet echo-client -n 1 --cacert one.pem --sni other "tls://localhost:$port"
contains err "TLS handshake with other: the certificate is not for this name"
expect 6 gnet echo-client -n 1 --cacert one.pem --alpn h2 "tls://localhost:$port"
contains err "no application protocol"

# Who does not speak TLS gets nothing, and nobody else suffers.
peer pipe "127.0.0.1:$port" < one.pem > out 2> /dev/null || :
await server.err "TLS handshake: the peer does not speak TLS"

# Another certificate while running; one that is not valid changes nothing.
cp two.pem one.pem && cp two.key one.key
kill -HUP "$server"
await server.err "options read again, a new certificate of CN=two: --pin sha256//"
! grep -q "nothing to change" server.err || fail "something has changed"
expect 0 gnet echo-client -n 1 --cacert two.pem "tls://localhost:$port"
echo nonsense > one.pem
kill -HUP "$server"
await server.err "the options stay as they are: one.pem: neither PEM nor PKCS#12"
expect 0 gnet echo-client -n 1 --cacert two.pem "tls://localhost:$port"
stop TERM
same "$status" 0

# Clients have certificates, too; only some endpoints are secured.
certificate one
start echo-server tls-l://127.0.0.1:0 tcp-l://127.0.0.1:0 --tls-cert one.pem --tls-key one.key \
  --tls-client-ca two.pem --tls-min 1.3
tcp=${endpoints##* }
case $tcp in tcp://*) ;; *) fail "$endpoints" ;; esac
expect 0 gnet echo-client -n 1 "$tcp"
expect 6 gnet echo-client -n 1 --cacert one.pem "tls://localhost:$port"
contains err "certificate required"
contains err "hint: --cert FILE is what to show to the server"
expect 0 gnet echo-client -n 1 --cacert one.pem --cert two.pem --key two.key "tls://localhost:$port"
stop TERM

# Endpoints may name their own certificates, and what to believe.
certificate two
start echo-server 'tls-l://127.0.0.1:0?cert=one.pem&key=one.key' \
  "tls://127.0.0.1:0?cert=$work/two.pem&key=two.key" tls-l://127.0.0.1:0 --json
second=${endpoints#* }
second=${second%% *}
third=${endpoints##* }
expect 0 gnet echo-client -n 1 "tls://127.0.0.1:$port?cacert=one.pem&sni=localhost"
expect 0 gnet echo-client -n 1 "$second?cacert=two.pem" --cacert one.pem
expect 6 gnet echo-client -n 1 "$second?cacert=one.pem"
expect 6 gnet echo-client -n 1 "$second?cacert=two.pem&sni=other" --sni localhost
contains err "TLS handshake with other: the certificate is not for this name"
pin=$(sed -n "s|.*\"$third\".*\"pin\":\"\([^\"]*\)\".*|\1|p" server.out)
expect 0 gnet echo-client -n 1 -k --pin "$pin" "$third"
cp two.pem one.pem && cp two.key one.key
: > server.err
kill -HUP "$server"
await server.err "options read again"
expect 0 gnet echo-client -n 1 "tls://127.0.0.1:$port?cacert=two.pem"
cp two.pem believed.pem
echo nonsense > two.pem
certificate one
kill -HUP "$server"
await server.err "the options stay as they are: $work/two.pem: neither PEM nor PKCS#12"
expect 0 gnet echo-client -n 1 "tls://127.0.0.1:$port?cacert=believed.pem"
stop TERM

# A unix socket is secured where its endpoint says so.
start echo-server "tls+unix-l://$work/e.sock?cert=one.pem&key=one.key" "$work/plain.sock" --json
same "$endpoints" "tls+unix://$work/e.sock unix://$work/plain.sock"
expect 0 gnet echo-client -n 1 "tls+unix://$work/e.sock?cacert=one.pem"
expect 6 gnet echo-client -n 1 "tls+unix://$work/e.sock?cacert=one.pem&sni=other"
expect 0 gnet echo-client -n 1 "$work/plain.sock"
stop TERM
expect 9 gnet echo-server 'tls-l://127.0.0.1:0?cert=nowhere.pem'
contains err "cannot open nowhere.pem: no such file or directory"
expect 2 gnet echo-server 'tls://127.0.0.1:0?cert=one.pem&key=one.key&sni=other'
contains err "option 'sni' is only for connecting"
expect 2 gnet echo-server 'tls-l://127.0.0.1:0?key=one.key'
expect 2 gnet echo-client -n 1 -k 'tls://127.0.0.1:1?cacert=one.pem'

# Strangers with nothing in common, or who want to begin anew, get an end; others an echo.
start echo-server -p 0 -4 --tls
: > server.err
openssl s_client -connect "127.0.0.1:$port" -tls1_1 -cipher ALL:@SECLEVEL=0 < /dev/null > out 2>&1 || :
await server.err "TLS handshake: unsupported protocol"
openssl s_client -connect "127.0.0.1:$port" -tls1_2 -cipher AES128-SHA:@SECLEVEL=0 < /dev/null > out 2>&1 || :
await server.err "TLS handshake: no shared cipher"
rm heard
{ await heard "Verify return code" && echo R && await heard "no renegotiation"; } |
  openssl s_client -connect "127.0.0.1:$port" -tls1_2 > heard 2>&1 || :
contains heard "no renegotiation"
expect 0 gnet echo-client -n 1 -k "tls://127.0.0.1:$port"
stop TERM
same "$status" 0

# What is not secured is not taken for it.
start echo-server -p 0 -4 --mode daytime
expect 6 gnet echo-client -n 1 -k "tls://127.0.0.1:$port"
contains err "the peer does not speak TLS"
stop TERM

expect 9 gnet echo-server -p 0 --tls-cert nowhere.pem
contains err "cannot open nowhere.pem: no such file or directory"
expect 2 gnet echo-server -p 0 --tls-cert one.key
expect 2 gnet echo-server -p 0 --tls-key one.key
expect 2 gnet echo-server -p 0 --alpn h2
expect 2 gnet echo-client -n 1 -k ":$port"
expect 2 gnet echo-client -n 1 --tls "udp://127.0.0.1:$port"
expect 2 gnet echo-client -n 1 --tls --pin abc ":$port"

# A name in the subject is for people: what counts stands among the alternative names.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=localhost" \
  -keyout cn.key -out cn.pem 2> /dev/null
start echo-server -p 0 -4 --tls-cert cn.pem --tls-key cn.key
expect 6 gnet echo-client -n 1 --cacert cn.pem "tls://localhost:$port"
contains err "the certificate is not for this name"

# International names are asked for as certificates have them.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=x" \
  -addext "subjectAltName=DNS:xn--bcher-kva.test" -keyout idn.key -out idn.pem 2> /dev/null
start echo-server -p 0 -4 --tls-cert idn.pem --tls-key idn.key
name=$(printf 'b\303\274cher.test')
expect 0 gnet echo-client -n 1 --cacert idn.pem --connect-to "::127.0.0.1:" "tls://$name:$port"

# A chain begins with the server's own certificate.
cat cn.pem idn.pem > chain.pem
expect 2 gnet echo-server -p 0 --tls-cert chain.pem --tls-key idn.key
contains err "its file begins with another; its own is number 2, and has to be the first"
