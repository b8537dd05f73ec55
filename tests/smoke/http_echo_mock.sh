# http-echo gives answers that are made up, and errors on purpose.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

serve() { start http-echo -p 0 -4 "$@"; at="http://127.0.0.1:$port"; }
get() { path=$1; shift; curl -sS --max-time 20 "$@" "$at$path"; }
status() { path=$1; shift; get "$path" -o /dev/null -w '%{http_code}' "$@"; }

mkdir folder
echo '{"from":"a file"}' > folder/x.json
cat > folder/routes << 'END'
# mine
POST /v1/x=201:@x.json
/hello=200:mine
END
serve --routes folder/routes --route 'GET /v1/ping=200:{"ok":true}' \
  --route 'GET /v1/users/{name}=200:{"user":"{name}"}' --route '/t/{a}/{b...}=202:{b} {a} {c}'
same "$(get /v1/ping)" '{"ok":true}'
same "$(get /v1/ping -o /dev/null -w '%{content_type}')" application/json
same "$(status /v1/ping -X POST)" 405
same "$(get '/v1/users/a%22b')" '{"user":"a\"b"}'
same "$(get /t/1/2/3)" '2/3 1 {c}'
same "$(get /v1/x -d '')" '{"from":"a file"}'
same "$(status /v1/x -d '')" 201
same "$(get /hello)" mine
same "$(status /status/418)" 418
same "$(status /nosuch)" 404

# What the files say anew; and a mistake in them changes nothing.
echo '/v2=200:new' >> folder/routes
kill -HUP "$server"
tries=0
until [ "$(get /v2)" = new ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 5000 ] || fail "the routes were not read again"
done
echo '/v3' >> folder/routes
kill -HUP "$server"
await server.err "folder/routes:5: bad route '/v3'"
same "$(get /v2)" new
stop

serve --route 'GET /{all...}=200:{all}'
same "$(get /hello/x)" hello/x
same "$(status /hello -X POST)" 405
stop

expect 2 gnet http-echo --route 'GET x=200'
same "$(head -1 err)" "gnet: bad route 'GET x=200': it has to be METHOD PATH=STATUS[:BODY]"
expect 2 gnet http-echo --route '/x=200' --route '/x=201'
expect 9 gnet http-echo --route '/x=200:@nosuch'
expect 9 gnet http-echo --routes nosuch
expect 2 gnet http-echo --until 0
expect 2 gnet http-echo --until 1:x
expect 2 gnet http-echo --status 99

# On purpose.
serve --error-rate 100%
same "$(status /hello)" 503
same "$(status /healthz)" 200
stop
serve --status 418
same "$(get /anything -d x)" 418
stop
serve --delay 50ms
get /hello -o /dev/null -w '%{time_total}' | awk '{ exit !($1 >= 0.05) }' || fail "it did not wait"
stop

# Pages of other origins.
serve --cors --error-rate 0%
origin='Origin: https://example.test'
get /hello -H "$origin" -D - -o /dev/null | grep -qi '^access-control-allow-origin: https://example.test' ||
  fail "no origin is allowed"
get /hello -X OPTIONS -H "$origin" -H 'Access-Control-Request-Method: PUT' \
  -H 'Access-Control-Request-Headers: x-a' -D preflight
contains preflight ' 204 '
contains preflight 'Access-Control-Allow-Methods: PUT'
contains preflight 'Access-Control-Allow-Headers: x-a'
! get /hello -D - -o /dev/null | grep -qi '^access-control' || fail "nobody has asked for that"
