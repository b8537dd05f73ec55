# Passwords, tokens, and who may write.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

mkdir -p www/docs
printf text > www/a.txt
printf text > www/docs/b.txt
code() { curl -s -o body -D head -w '%{http_code}' "$@"; }

start http-serve -p 0 -4 -a 'ada:secret' -a 'bob:word@/docs' www
site=http://127.0.0.1:$port
same "$(code "$site/a.txt")" 401
contains head 'WWW-Authenticate: Basic realm="files"'
same "$(code "$site/nothing")" 401
same "$(code -u ada:wrong "$site/a.txt")" 401
same "$(code -u nobody:secret "$site/a.txt")" 401
same "$(code -u ada:secret "$site/a.txt")" 200
same "$(code -u ada:secret "$site/nothing")" 404
same "$(code -u bob:word "$site/docs/b.txt")" 200
same "$(code -u bob:word "$site/a.txt")" 403
same "$(code -u bob:word "$site/nothing")" 403
same "$(code -u bob:word "$site//a.txt")" 403
same "$(code -u bob:word --path-as-is "$site/docs/../a.txt")" 400
same "$(code -u bob:word --path-as-is "$site/docs%2f..%2fa.txt")" 400
same "$(code -u ada:secret --path-as-is "$site/docs/%c0%ae%c0%ae/a.txt")" 400
stop

# Reading is for everybody; a file of users that changes.
printf 'ada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n' > users  # "secret"
printf 'token-1\ntoken-2\n' > tokens
start http-serve -p 0 -4 --auth-file users --token-file tokens --auth-for write --upload www
site=http://127.0.0.1:$port
same "$(code "$site/a.txt")" 200
same "$(code -T www/a.txt "$site/new.txt")" 401
same "$(code -u ada:secret -T www/a.txt "$site/new.txt")" 201
same "$(cat www/new.txt)" text
same "$(code -H 'Authorization: Bearer token-2' -T www/a.txt "$site/new2.txt")" 201
same "$(code -H 'Authorization: Bearer token-3' -T www/a.txt "$site/new3.txt")" 401
printf 'bob:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n' > users
printf 'token-3\n' > tokens
kill -HUP "$server"
until [ "$(code -u bob:secret -T www/a.txt "$site/by-bob.txt")" = 201 ]; do rm -f www/by-bob.txt; done
same "$(code -u ada:secret -T www/a.txt "$site/new4.txt")" 401
same "$(code -H 'Authorization: Bearer token-3' -T www/a.txt "$site/new5.txt")" 201
same "$(code -H 'Authorization: Bearer token-2' -T www/a.txt "$site/new6.txt")" 401
# A bad file changes nothing.
printf 'nonsense\n' > users
kill -HUP "$server"
await server.err 'users'
same "$(code -u bob:secret -T www/a.txt "$site/new7.txt")" 201
stop

# A path that nobody guesses.
start http-serve -p 0 -4 --random-path www
url=$(sed -n 's/  serving.*//p' server.out)
same "$(curl -s "${url}a.txt")" text
same "$(code "http://127.0.0.1:$port/a.txt")" 404
stop

expect 2 gnet http-serve -p 0 -a nonsense www
expect 9 gnet http-serve -p 0 --auth-file nothing www
contains err 'nothing'
