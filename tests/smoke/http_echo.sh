# Each path of http-echo answers as it says.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

start http-echo -p 0 -4
at="http://127.0.0.1:$port"
get() { path=$1; shift; curl -sS --max-time 20 "$@" "$at$path"; }
status() { path=$1; shift; get "$path" -o /dev/null -w '%{http_code}' "$@"; }
header() { path=$1; name=$2; shift 2; get "$path" -o /dev/null -D - "$@" | tr -d '\r' | sed -n "s/^$name: //p"; }

same "$(get /hello)" "hello, world!"
same "$(status /nosuch)" 404
same "$(get /healthz)" ok
get /metrics > metrics
contains metrics http_requests_total

# What the request was.
get '/anything/x?a=1&b=2&a=3' -X PUT -H 'X-Two: 1' -H 'x-two: 2' -d 'k=v+w' > anything
contains anything '"method":"PUT","target":"/anything/x?a=1&b=2&a=3","http":"1.1","origin":"127.0.0.1"'
contains anything '"args":{"a":["1","3"],"b":"2"}'
contains anything '"X-Two":["1","2"]'
contains anything '"body":"k=v+w","body_bytes":5,"form":{"k":"v w"}'
printf '\377\000' | get / --data-binary @- > binary
contains binary '"body_base64":"/wA=","body_bytes":2'
same "$(get /user-agent -A me)" '{"user-agent":"me"}'
same "$(get /ip)" '{"origin":"127.0.0.1"}'
same "$(get /cookies -b 'a=1; b=2; a=3')" '{"cookies":{"a":"1","b":"2"}}'
same "$(get '/cookies/set?a=1' -L -c jar -b jar)" '{"cookies":{"a":"1"}}'
same "$(get '/cookies/delete?a' -L -c jar -b jar)" '{"cookies":{}}'
get /uuid | grep -Eq '"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"' || fail "no uuid"

# Answers of a kind.
for code in 200 204 301 304 401 404 418 503 599; do same "$(status "/status/$code")" "$code"; done
case $(status /status/500,502) in 500 | 502) ;; *) fail "neither of two" ;; esac
same "$(header /status/401 WWW-Authenticate)" 'Basic realm="gnet", charset="UTF-8"'
for wrong in 100 600 x 200,x , ; do same "$(status "/status/$wrong")" 400; done
same "$(get /redirect/3 -L -w ' %{num_redirects}')" "you have arrived
 3"
same "$(status '/redirect/2?status=307')" 307
same "$(header '/redirect/2?status=307' Location)" '/redirect/1?status=307'
for coding in gzip deflate br zstd; do same "$(header "/$coding" Content-Encoding)" "$coding"; done
get /gzip | gzip -dc | grep -q '"target":"/gzip"' || fail "no gzip"
same "$(status /basic-auth/ada/x)" 401
same "$(status /basic-auth/ada/x -u ada:y)" 401
same "$(get /basic-auth/ada/x -u ada:x)" '{"authenticated":true,"user":"ada"}'
same "$(status /bearer)" 401
same "$(get /bearer -H 'Authorization: Bearer abc')" '{"authenticated":true,"token":"abc"}'
same "$(header /etag/v1 ETag)" '"v1"'
same "$(status /etag/v1 -H 'If-None-Match: "v0", "v1"')" 304
same "$(status /etag/v1 -H 'If-Match: "v2"')" 412
same "$(status '/etag/a%22b')" 400
same "$(header /cache/60 Cache-Control)" 'public, max-age=60'
same "$(get /range/30)" abcdefghijklmnopqrstuvwxyzabcd
same "$(get /range/30 -r 25-27)" zab
same "$(header /range/30 Content-Range -r -3)" 'bytes 27-29/30'
same "$(status /range/30 -r 30-)" 416
same "$(get /range/3 -H 'If-Range: "other"' -r 1-1)" abc
get /range/30 -r 0-1,-2 > parts
contains parts 'Content-Range: bytes 0-1/30'
contains parts 'Content-Range: bytes 28-29/30'
same "$(status /range/30 -r 0-1,-2)" 206
case $(header /range/30 Content-Type -r 0-1,-2) in
  'multipart/byteranges; boundary='*) ;;
  *) fail "no parts: $(cat parts)" ;;
esac
same "$(status /range/1G)" 400

# Bodies of any size.
same "$(get '/bytes/100K' | wc -c)" 102400
same "$(get '/bytes/100?seed=7' | cksum)" "$(get '/bytes/100?seed=7' | cksum)"
same "$(header '/bytes/0' Content-Length)" 0
same "$(status /bytes/x)" 400
same "$(get /stream/3 | wc -l)" 3
same "$(header /stream/3 Transfer-Encoding)" chunked
same "$(get '/drip?bytes=3&duration=30ms')" '***'
same "$(status '/drip?bytes=0&status=201')" 201
same "$(get /slow-headers/30ms -d body)" 'at last'
same "$(get /slow-headers/10s -m 0.2)" ''
same "$(status /slow-headers/x)" 400
get '/sse?n=2&interval=1ms' > events
contains events 'event: tick'
contains events 'id: 2'
get '/sse?n=3&interval=1ms' -H 'Last-Event-ID: 2' > events
! grep -q 'id: 2$' events || fail "an event comes again"
contains events 'id: 3'
get /close > out 2> err && fail "nothing was cut"
same "$(cat out)" 'this answer is cut o'
same "$(get /delay/1ms/status/503 -o /dev/null -w '%{http_code}')" 503
get '/delay/1ms?a=1' > delayed
contains delayed '"args":{"a":"1"}'
same "$(status /delay/2h)" 400
same "$(status /delay/0/delay/0)" 404

# Long polling: whoever waits is told, and whoever comes late is, too.
await_connections() {  # with that of who asks
  tries=0
  until get /metrics | grep -q "_connections $1\$"; do
    tries=$((tries + 1))
    [ "$tries" -lt 5000 ] || fail "there never were $1 connections"
  done
}
get /poll > news &
started="$started $!"
waiting=$!
await_connections 2
same "$(get /publish -d hello)" '{"id":1}'
wait "$waiting"
same "$(cat news)" '{"last":1,"messages":[{"id":1,"body":"hello","body_bytes":5}]}'
get /publish -d again > /dev/null
same "$(get '/poll?since=1')" '{"last":2,"messages":[{"id":2,"body":"again","body_bytes":5}]}'
head -c 70000 /dev/zero | same "$(status /publish --data-binary @-)" 413
same "$(status '/poll?timeout=1ms')" 204

# A WebSocket answers with what it hears, and closes as it is told to.
upgrade='HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
upgrade="${upgrade}Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n"
talk() { printf "GET $1 $upgrade\\201\\205\\0\\0\\0\\0hello\\210\\200\\0\\0\\0\\0" | peer pipe "127.0.0.1:$port"; }
talk /ws > answer
contains answer 'HTTP/1.1 101 '
contains answer hello
talk '/ws/chat?name=ada' > answer
contains answer 'HTTP/1.1 101 '
! grep -q hello answer || fail "who talks hears himself"
same "$(status /ws)" 426

# Events and those who wait end when the server does.
get /sse -N > events &
started="$started $!"
first=$!
get /poll -o /dev/null -w '%{http_code}' > code &
started="$started $!"
second=$!
await events 'id: 1'
await_connections 3
stop
same "$status" 0
wait "$first" || fail "the events were cut"
wait "$second" || fail "the poll was cut"
same "$(cat code)" 204
