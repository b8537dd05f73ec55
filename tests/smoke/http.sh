# The HTTP client: what it sends, what it prints, and how it ends.
. "$(dirname "$0")/prelude.sh"
unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY NETRC 2> /dev/null || :
http_peer

# What is asked for, and how.
expect 0 gnet http "$http/html"
same "$(cat out)" "<p>hello</p>"
[ ! -s err ] || fail "stderr: $(cat err)"
expect 0 gnet http "http://$http/echo?a=1" b==2 X-Mine:yes "Accept:text/x"
contains out "GET /echo?a=1&b=2 HTTP/1.1"
contains out "X-Mine: yes"
contains out "Accept: text/x"
contains out "User-Agent: gnet/"
expect 0 gnet http "$http/echo" name=gnet n:=3 list:='[1, {"a": null}]' 'odd\:key=x'
contains out "POST /echo HTTP/1.1"
contains out "Content-Type: application/json"
contains out '{"name":"gnet","n":3,"list":[1, {"a": null}],"odd:key":"x"}'
expect 0 gnet http PUT "$http/echo" -F name='a b' city=Köln
contains out "PUT /echo HTTP/1.1"
contains out "name=a+b&city=K%C3%B6ln"
printf 'meow' > cat.txt
expect 0 gnet http "$http/echo" -F title=Cat photo@cat.txt
contains out "Content-Type: multipart/form-data; boundary="
contains out 'Content-Disposition: form-data; name="photo"; filename="cat.txt"'
contains out meow
expect 0 gnet http "$http/echo" -d a=b -H 'X-One: 1' -X PATCH
contains out "PATCH /echo HTTP/1.1"
contains out "X-One: 1"
contains out "Content-Type: application/x-www-form-urlencoded"
expect 0 gnet http "$http/echo" -d @cat.txt
contains out "Content-Length: 4"
contains out "Content-Type: text/plain"
printf 'from a pipe' | gnet http "$http/echo" -d @- > out
contains out "Transfer-Encoding: chunked"
contains out "from a pipe"
gnet http "$http/echo" -d @- < cat.txt > out
contains out "Content-Length: 4"
expect 0 gnet http -I "$http/html"
contains out "HTTP/1.1 200 Fine"
contains out "Content-Length: 12"
expect 0 gnet http -i "$http/html"
contains out "X-Mine: one, two"
contains out "<p>hello</p>"

# Who asks.
expect 0 gnet http "$http/echo" -a Ada:x
contains out "Authorization: Basic QWRhOng="
printf 'Ada:x\n' > secret
expect 0 gnet http "$http/echo" --auth-file secret
contains out "Authorization: Basic QWRhOng="
printf 'abc.def\n' > token
expect 0 gnet http "$http/echo" --bearer-file token
contains out "Authorization: Bearer abc.def"
printf 'machine other login no password no\nmachine 127.0.0.1 login Ada password x\n' > .netrc
expect 0 gnet http "$http/echo" --netrc
contains out "Authorization: Basic QWRhOng="
expect 0 gnet http "$http/echo"
! grep -q Authorization out || fail "credentials without --netrc"

# Redirects, and what does not go along.
expect 0 gnet http "$http/redirect/2"
same "$(cat out)" elsewhere
expect 0 gnet http -L "$http/redirect/2"
contains out "GET /echo HTTP/1.1"
expect 7 gnet http -L --max-redirects 1 "$http/redirect/2"
contains err "gnet http: GET http://$http/redirect/1: more than 1 redirects"
expect 0 gnet http -L -a Ada:x "http://$http/to?http://localhost:${http#*:}/echo" -4
contains out "GET /echo"
! grep -q Authorization out || fail "credentials went to another host"
expect 0 gnet http -L -d text "$http/to?/echo"
contains out "POST /echo"

# Statuses, expectations, tries.
expect 0 gnet http "$http/status/404"
same "$(cat out)" "status 404"
expect 1 gnet http -f "$http/status/404"
same "$(cat out)" "status 404"
same "$(cat err)" "gnet http: GET http://$http/status/404: 404 Told"
expect 0 gnet http "$http/html" --expect-status 2xx,304 --expect-body '<p>h.*o' \
  --expect-header 'X-Mine: ^one'
expect 1 gnet http "$http/html" --expect-status 201-299
contains err "status 200, where 201-299 was expected"
expect 1 gnet http "$http/html" --expect-body 'goodbye'
contains err "a body without 'goodbye', which was expected"
expect 1 gnet http "$http/html" --expect-header 'X-Mine: three'
contains err "X-Mine: one, two, where 'three' was expected"
expect 1 gnet http "$http/html" --expect-header 'X-Other: x'
expect 0 gnet http -f --retry 3 "$http/busy/a/1"
same "$(cat out)" ready
contains err "(attempt 1): 503 Service Unavailable"
expect 1 gnet http -f "$http/busy/b/2"
expect 1 gnet http -f --retry 1 --retry-on 429,connect "$http/busy/c/1"
expect 5 gnet http --retry 1 --retry-on connect -q 127.0.0.1:1

# What goes on from one call to the next.
expect 0 gnet http --cookie-jar jar "$http/cookie"
contains jar kind
expect 0 gnet http --cookie-jar jar "$http/echo"
contains out "Cookie: kind=oat"
expect 0 gnet http --session s "$http/cookie" X-Who:me -a Ada:x
expect 0 gnet http --session s "$http/echo"
contains out "Cookie: kind=oat"
contains out "X-Who: me"
contains out "Authorization: Basic QWRhOng="
same "$(ls -l s | cut -c1-10)" "-rw-------"
# A secret stays with whom it was meant for: that is another origin, though it is here as well.
expect 0 gnet http --session s "http://localhost:${http##*:}/echo"
contains out "X-Who: me"
! grep -q Authorization out || fail "the secret of another origin was sent"
printf 'Authorization: Basic eDp5\n\n' > free
expect 2 gnet http --session free "$http/echo"
contains err "free does not say whom a secret is for"
# What is no file of cookies is not taken for one, and stays.
echo "my notes" > notes
expect 2 gnet http --cookie-jar notes "$http/cookie"
same "$(cat notes)" "my notes"
contains err "notes is no file of cookies"
expect 2 gnet http --session notes "$http/cookie"
same "$(cat notes)" "my notes"
if mknod null c 1 3 2> /dev/null; then
  expect 0 gnet http --cookie-jar null --session null "$http/cookie"
  [ -c null ] || fail "a device was replaced"
fi
: > empty
expect 0 gnet http --cookie-jar empty "$http/cookie"
contains empty kind

# Other things to print.
expect 0 gnet http "$http/html" -w '%{status} %{content_type} %header{x-mine} %{num_redirects} 100%%\n'
same "$(cat out)" "<p>hello</p>200 text/html one, two 0 100%"
expect 0 gnet http "$http/html" --timing
grep -q "resolve 0\.[0-9] ms, connect " err || fail "an address is looked up: $(cat err)"
expect 0 gnet http "$http/gzip"
same "$(cat out)" "hello, compressed"
expect 0 gnet http --compressed off "$http/echo"
! grep -q Accept-Encoding out || fail "compressed answers were asked for"
expect 0 gnet http "$http/events" --sse
contains out '"event":"message","data":"one"}'
contains out '"event":"count","id":"7","data":"two\nlines"}'
for more in '' --json '-o events'; do
  # shellcheck disable=SC2086  # words
  expect 0 gnet http "$http/events" --sse $more
  [ "$more" = '' ] || [ "$more" = --json ] || cp events out
  contains out '"event":"count","id":"7","data":"two\nlines"}'
done
expect 1 gnet http "$http/html" --sse
same "$(cat out)" "<p>hello</p>"
contains err "200 is no stream of events"
expect 0 gnet http "$http/html" --print Hhm
contains out "GET /html HTTP/1.1"
contains out "HTTP/1.1 200 Fine"
contains out "total"
! grep -q '<p>' out || fail "the body was printed"
expect 0 gnet http --offline POST example.invalid/x a=1
contains out "POST /x HTTP/1.1"
contains out "Host: example.invalid"
contains out '{"a":"1"}'
expect 0 gnet http --curl -X PUT "$http/x" "X-Mine:it's" a=1
same "$(cat out)" "curl -X PUT -H 'X-Mine: it'\\''s' -H 'Content-Type: application/json' -H 'Accept: application/json, */*;q=0.5' --data-raw '{\"a\":\"1\"}' --compressed http://$http/x"

# Several at a time, in their order.
expect 0 gnet http --parallel 3 "http://$http/status/201" "http://$http/status/202" "http://$http/status/203"
same "$(cat out)" "status 201status 202status 203"
expect 7 gnet http --parallel 2 "http://$http/status/200" "http://$http/garbage" http://127.0.0.1:1
contains err "malformed answer"
contains err "connection refused"

# What makes no sense.
for words in '' 'ftp://a/x' ':1 nonsense' ':1 f@x' ':1 a:=b -X PUT' '-F a:=1 :1' ':1 -d x a=1' \
  ':1 --json-body -F' ':1 -C -' ':1 -C x -o y' ':1 -O -o x' ':1 --print x' ':1 -w %{nonsense}' \
  ':1 --expect-status 99' ':1 --expect-body (' ':1 --retry-on never --retry 1' ':1 -x ftp://a' \
  ':1 --tls' ':1 -a nobody' ':1 --auth-file s --bearer-file s' ':1 :2 -d @-' 'unix:/x:/ :1' ':1/ -O'; do
  expect 2 gnet http $words
done

# Nobody there, no such name, no answer, half an answer.
expect 5 gnet http 127.0.0.1:1
same "$(cat err)" "gnet http: cannot connect to tcp://127.0.0.1:1: connection refused"
expect 4 gnet http host.invalid
start echo-server -p 0 -4
expect 6 gnet http "https://127.0.0.1:$port/"
contains err "gnet http: TLS handshake with 127.0.0.1: "
start echo-server -p 0 -4 --tls
expect 6 gnet http "https://127.0.0.1:$port/"
contains err "certificate"
expect 7 gnet http -k "https://127.0.0.1:$port/"
contains err "--insecure: it may be anybody who answers"
expect 7 gnet http "$http/garbage"
contains err "gnet http: GET http://$http/garbage: malformed answer: "
expect 8 gnet http "$http/cut"
contains err "the answer ended after 5 of 10 bytes"
same "$(cat out)" hello
expect 9 gnet http "$http/html" -o /nonexistent/x
expect 9 gnet http "$http/html" -d @/nonexistent/x
expect 124 gnet http -t 100ms "$http/hang"
expect 7 gnet http -x "$http" https://a.invalid
contains err "proxy $http refuses: 404 Not Found"
expect 0 gnet http -x "$http" http://a.invalid/echo
contains out "GET http://a.invalid/echo HTTP/1.1"

# What happens is told on standard error, with no password in it.
expect 0 gnet http "$http/json"
same "$(cat err)" ""
cp out quiet
expect 0 gnet http -v "$http/json"
cmp -s out quiet || fail "-v changes the output: $(cat out)"
contains err "* connected to $http: resolve "
! grep -q '^[<>]' err || fail "-v is -vv: $(cat err)"
expect 0 gnet http -vv --auth joe:secret "$http/json"
contains err '> GET /json HTTP/1.1'
contains err '> Authorization: ***'
contains err '< HTTP/1.1 200 '
! grep -q "$(printf joe:secret | base64)" err || fail "a password: $(cat err)"
expect 0 gnet http -vvv -L "$http/redirect/1"
contains err "* http://$http/redirect/1 has answered 302"
grep -q '^< [0-9]* bytes: ' err || fail "no bytes: $(cat err)"
expect 0 gnet http -q -vv "$http/json"
same "$(cat err)" ""

# The servers of gnet: through a unix socket, and over TLS.
start http-echo -p 0 -4 -U "$work/h.sock"
expect 0 gnet http "unix:$work/h.sock:/anything?a=1" name=gnet
contains out '"target":"/anything?a=1"'
expect 0 gnet http -U "$work/h.sock" http://whoever.invalid/anything
contains out '"Host":"whoever.invalid"'
expect 5 gnet http "unix:$work/nobody.sock:/"
printf hello > hello.txt
start http-serve -p 0 -4 --tls .
await server.err "http certificate"
pin=$(sed -n 's/.*\(sha256\/\/[A-Za-z0-9+\/=]*\).*/\1/p' server.err | tail -n 1)
expect 0 gnet http -k --pin "$pin" "https://localhost:$port/hello.txt"
same "$(cat out)" hello
expect 6 gnet http "https://localhost:$port/hello.txt"
expect 6 gnet http -k --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "https://localhost:$port/"
contains err "is not pinned"

# What cannot be sent to anybody is an error of the user, and nothing is sent.
for bad in '-X A,B' '-H Content-Length:5' '-H Transfer-Encoding:chunked' '-H Host:a,b -H Host:c' \
  '--range x' '--range 5-3' '-L --max-redirects 0' '--retry 1 --retry-on foo'; do
  # shellcheck disable=SC2086  # words
  expect 2 gnet http "$http/html" $bad
  same "$(wc -l < err | tr -d ' ') $(wc -c < out | tr -d ' ')" "1 0"
done
contains err "must be connect, timeout, lost, or like 429 or 5xx"
for urls in 'X-E;' "X-E; http://$http/html" "$http/html http://a;b/"; do
  # shellcheck disable=SC2086  # words
  expect 2 gnet http $urls
  same "$(cat out)" ''
  contains err "bad endpoint"
done
expect 0 gnet http "$http/html" --range 0-4
# shellcheck disable=SC2097,SC2098  # that of the program
NETRC=$work/nowhere expect 9 gnet http --netrc "$http/html"

# A secret may come by a pipe, which is read once; more than one request gets it.
mkfifo told_once
printf 'T0ken\n' > told_once &
expect 0 gnet http --bearer-file told_once "$http/echo" "http://localhost:${http##*:}/echo"
same "$(grep -c 'Authorization: Bearer T0ken' out)" 2

# Two of one name are not kept in one file.
expect 2 gnet http -O "$http/html" "http://localhost:${http##*:}/html"
contains err "two of the URLs are of a file html"
[ ! -e html ] || fail "one of them was kept"
