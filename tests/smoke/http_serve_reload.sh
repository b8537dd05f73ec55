# SIGHUP and the end of the server; what --json prints is what the schema says.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

mkdir www
printf text > www/a.txt
printf 'not here' > missing.html
start http-serve -p 0 -4 --json --error-page 404=missing.html www
site=http://127.0.0.1:$port
same "$(curl -s "$site/nothing")" 'not here'
printf 'gone' > missing.html
kill -HUP "$server"
await server.out '"event":"reload","ok":true'
same "$(curl -s "$site/nothing")" gone
rm missing.html
kill -HUP "$server"
await server.out '"ok":false'
same "$(curl -s "$site/nothing")" gone

# What was asked for is told.
curl -s "$site/a.txt" -o got
stop
same "$status" 0
same "$(cat got)" text
contains server.out '"event":"request"'
contains server.out '"target":"/nothing","status":404'

command -v python3 > /dev/null || exit 0
status=0
python3 "$here/check_schema.py" "$here/../../schema/http-serve.json" listening request reload stopped \
  < server.out || status=$?
[ "$status" = 77 ] || same "$status" 0
