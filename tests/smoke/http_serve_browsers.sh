# What browsers are told, and the paths for those who run it.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

mkdir www
printf text > www/a.txt
start http-serve -p 0 -4 --cors=https://app.example --coi --security-headers \
  --health /healthz --metrics /metrics --access-log log --access-format combined www
site=http://127.0.0.1:$port
curl -s -D head -o body -H 'Origin: https://app.example' "$site/a.txt"
contains head 'Access-Control-Allow-Origin: https://app.example'
contains head 'Access-Control-Expose-Headers: Accept-Ranges'
contains head 'Cross-Origin-Opener-Policy: same-origin'
contains head 'X-Frame-Options: SAMEORIGIN'
contains head 'Vary: Origin'
curl -s -D head -o body -H 'Origin: https://other.example' "$site/a.txt"
! grep -q Access-Control head || fail "another origin may read it"
curl -s -D head -o body -X OPTIONS -H 'Origin: https://app.example' \
  -H 'Access-Control-Request-Method: GET' -H 'Access-Control-Request-Headers: Range' "$site/a.txt"
contains head '204 No Content'
contains head 'Access-Control-Allow-Methods: GET, HEAD'
contains head 'Access-Control-Allow-Headers: Range'
curl -s -D head -o body "$site/nothing"
contains head '404 Not Found'
contains head 'X-Frame-Options: SAMEORIGIN'
same "$(curl -s "$site/healthz")" ok
curl -s "$site/metrics" > metrics
contains metrics '404'
await log 'GET /a.txt HTTP/1.1" 200 4'
stop
expect 2 gnet http-serve -p 0 --cors=nonsense www
expect 2 gnet http-serve -p 0 --hsts 1h www
contains err '--hsts needs TLS'

# Who comes by plain HTTP is sent to TLS.
start http-serve -p 0 -4 --tls --hsts 1h --redirect-http 0 www
await server.err 'redirecting from tcp://127.0.0.1:'
plain=$(sed -n 's/.*redirecting from tcp:\/\/127.0.0.1://p' server.err)
same "$(curl -s -o body -w '%{http_code} %{redirect_url}' "http://127.0.0.1:$plain/a.txt?x=1")" \
  "308 https://127.0.0.1:$port/a.txt?x=1"
same "$(curl -s -k -L -D head "http://127.0.0.1:$plain/a.txt")" text
contains head 'Strict-Transport-Security: max-age=3600'
stop
same "$status" 0
expect 2 gnet http-serve -p 0 --redirect-http 0 www
contains err '--redirect-http needs TLS'
