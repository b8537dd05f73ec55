# Standard input, which one client gets.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

mkfifo ready
{ head -c 2000000 /dev/zero | "$GNET" http-serve -p 0 -4 --once --name backup.tar --ready-fd 9 \
  --for "$life" --die-with-parent - 9> ready 2> server.err; echo $? > status; } &
started=$!
read -r endpoint < ready
port=${endpoint##*:}
site=http://127.0.0.1:${port%/}
same "$(curl -s -D head "$site/backup.tar" | wc -c | tr -d ' ')" 2000000
contains head 'Content-Disposition: attachment; filename="backup.tar"'
contains head 'Content-Type: application/x-tar'
wait
same "$(cat status)" 0

# Only who takes it ends the server, and not who looks whether it is there.
serve_once() {
  "$GNET" http-serve -p 0 -4 --once --for "$life" --die-with-parent --ready-fd 9 - < "$1" 9> ready \
    2> server.err 8>&- &
  server=$!
  started="$started $server"
  read -r endpoint < ready
  port=${endpoint##*:}
  site=http://127.0.0.1:${port%/}
}
printf hello > content
serve_once content
same "$(curl -s -I -o body -w '%{http_code}' "$site/")" 200
same "$(curl -s -o body -w '%{http_code}' "$site/favicon.ico")" 404
same "$(curl -s -X POST -d x -o body -w '%{http_code}' "$site/")" 405
same "$(curl -s "$site/")" hello
finish
same "$status" 0

mkfifo in
exec 8<> in
"$GNET" http-serve -p 0 -4 --for "$life" --die-with-parent --ready-fd 9 - < in 9> ready 2> server.err 8>&- &
server=$!
started="$started $server"
read -r endpoint < ready
port=${endpoint##*:}
site=http://127.0.0.1:${port%/}
printf hello >&8
curl -s -N "$site/" > got 8>&- &
client=$!
await got hello
same "$(curl -s -o body -w '%{http_code}' "$site/")" 410
same "$(curl -s -o body -w '%{http_code}' "$site/other")" 404
exec 8>&-
wait "$client"
same "$(cat got)" hello
stop
same "$status" 0

# Nobody else gets what somebody has begun to take.
mkfifo again
exec 8<> again
serve_once again
printf hello >&8
curl -s -N "$site/" > cut 8>&- &
client=$!
await cut hello
kill "$client"
wait "$client" 2> /dev/null || :
printf more >&8
finish
same "$status" 8
