# openssl s_client: versions, protocols, sessions that are taken up again, and a half-close.
. "$(dirname "$0")/prelude.sh"
certificate one

start http-echo -p 0 -4 --tls-cert one.pem --tls-key one.key
request='GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
talk() {
  # shellcheck disable=SC2059
  printf "$request" | openssl s_client -connect "127.0.0.1:$port" -servername localhost -CAfile one.pem \
    -ign_eof "$@" > out 2> err || :
}
for version in -tls1_2 -tls1_3; do
  talk $version -verify_return_error -alpn h2,http/1.1
  contains out "hello, world!"
  contains out "ALPN protocol: http/1.1"
  contains out "Verify return code: 0 (ok)"
  talk $version -sess_out session
  talk $version -sess_in session
  contains out "Reused, "
  contains out "hello, world!"
done
talk -tls1_1
contains out "Cipher is (NONE)"

# Requests behind each other in one record.
request='GET /hello HTTP/1.1\r\nHost: a\r\n\r\nPOST /anything HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET /status/404 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
talk -quiet
same "$(grep -c '^HTTP/1.1 ' out)" 3
contains out '"body":"hi"'
contains out "404 Not Found"
stops_well
