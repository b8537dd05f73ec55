# curl against http-echo: connections that stay, bodies in both directions, and what ends them.
. "$(dirname "$0")/prelude.sh"
need curl
ask() { curl -sS --max-time 30 "$@"; }

start http-echo -p 0 -4 --max-body 4M
site=http://127.0.0.1:$port

# One connection for several requests, whatever they are answered with.
seen=$(ask -w '%{http_code}/%{num_connects} ' -o a -o b -o c -o d \
  "$site/hello" "$site/status/404" "$site/stream/3" "$site/bytes/100K")
same "$seen" "200/1 404/0 200/0 200/0 "
same "$(wc -l < c) $(wc -c < d)" "3 102400"
seen=$(ask -I -w '%{http_code}/%{num_connects} ' -o a -o b "$site/hello" "$site/bytes/1M")
same "$seen" "200/1 200/0 "
contains b "Content-Length: 1048576"
seen=$(ask -w '%{num_redirects}/%{num_connects} ' -L -o a "$site/redirect/3")
same "$seen" "3/1 "

# A body that is announced (Expect: 100-continue), two of them on a connection, and one too large.
head -c 2000000 /dev/zero | tr '\0' 'x' > body
head -c 9000000 /dev/zero > large
ask -v -T body -H 'Expect: 100-continue' "$site/anything" -o a \
  --next -sSv -T body -H 'Expect: 100-continue' "$site/anything" -o b 2> err
same "$(grep -c '^< HTTP/1.1 100 Continue' err)" 2
contains err "Re-using existing connection"
contains a '"body_bytes":2000000'
contains b '"body_bytes":2000000'
seen=$(ask -T large -H 'Expect: 100-continue' -w '%{http_code} %{size_upload}' -o a "$site/anything")
same "$seen" "413 0"
# It hears of that as well when it has not asked.
seen=$(ask -T large -H 'Expect:' -w '%{http_code}' -o a "$site/anything")
same "$seen" 413

# A body of unknown length.
ask -T - "$site/anything" < body > a
contains a '"Transfer-Encoding":"chunked"'
contains a '"body_bytes":2000000'
echo hello | ask -T - -w '%{http_code}/%{num_connects} ' -o a "$site/anything" \
  --next -sS -w '%{http_code}/%{num_connects} ' -o b "$site/hello" > seen
same "$(cat seen)" "200/1 200/0 "
echo hello > small
ask -F a=1 -F file=@small "$site/anything" > a
contains a 'name=\"file\"; filename=\"small\"'

# HTTP/1.0: the end of the connection is that of the body, unless it stays.
ask -0 "$site/stream/3" > a
same "$(wc -l < a)" 3
seen=$(ask -0 -w '%{http_version}/%{num_connects} ' -H 'Connection: keep-alive' -o a -o b \
  "$site/hello" "$site/hello")
same "$seen" "1.1/1 1.1/0 "

# Codings, credentials, cookies, events, conditions.
for coding in gzip deflate; do
  ask --compressed "$site/$coding" > a
  contains a '"method":"GET"'
done
same "$(ask -o a -w '%{http_code}' -u ada:secret "$site/basic-auth/ada/secret")" 200
same "$(ask -o a -w '%{http_code}' -u ada:wrong "$site/basic-auth/ada/secret")" 401
ask -L -c jar -b jar "$site/cookies/set?a=1" > a
contains a '"a":"1"'
same "$(ask -N "$site/sse?n=3&interval=1ms" | grep -c '^data:')" 3
ask --etag-save tag -o a "$site/etag/x"
same "$(ask --etag-compare tag -o b -w '%{http_code}' "$site/etag/x")" 304
same "$(ask -r 2-4 "$site/range/26")" cde

# A connection that breaks is no end of a body.
status=0
ask -o a "$site/close" 2> err || status=$?
case $status in 18 | 56) ;; *) fail "curl took half an answer for a whole one: $status" ;; esac

# Many at once.
seq -f "$site/bytes/20K?seed=%g" 200 | sed 's/.*/url = "&"\noutput = "\/dev\/null"/' > many
ask -Z --no-progress-meter --parallel-max 50 -K many -w '%{http_code} %{size_download}\n' > seen
same "$(grep -c '^200 20480$' seen)" 200
stops_well
