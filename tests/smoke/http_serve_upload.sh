# Files that clients bring.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

mkdir -p www/in
printf old > www/in/taken.txt
printf new > new
code() { curl -s -o body -w '%{http_code}' "$@"; }
start http-serve -p 0 -4 --upload=in --max-upload 1M --upload-mode 0600 www
site=http://127.0.0.1:$port
same "$(code -T new "$site/in/a.txt")" 201
same "$(cat www/in/a.txt)" new
same "$(stat -c %a www/in/a.txt)" 600
same "$(code -T new "$site/in/taken.txt")" 409
same "$(cat www/in/taken.txt)" old
same "$(code -F file=@new "$site/in/")" 201
same "$(cat www/in/new)" new
head -c 2000000 /dev/zero > big
same "$(code -T big "$site/in/big")" 413
case $(code -T new "$site/a.txt") in 403 | 404 | 405) ;; *) fail "written elsewhere" ;; esac
case $(code -X DELETE "$site/in/a.txt") in 403 | 405) ;; *) fail "deleted" ;; esac
case $(code --path-as-is -T new "$site/in/../a.txt") in 400) ;; *) fail "written above" ;; esac
same "$(ls -A www)" in
stop

start http-serve -p 0 -4 -A --overwrite replace www
site=http://127.0.0.1:$port
same "$(code -T new "$site/in/taken.txt")" 204
same "$(cat www/in/taken.txt)" new
same "$(code -X MKCOL "$site/made/")" 201
same "$(code -X DELETE "$site/in/taken.txt")" 204
[ ! -e www/in/taken.txt ] || fail "still there"
stop
same "$status" 0
expect 2 gnet http-serve -p 0 --upload new

# A folder as one file.
mkdir -p www/docs/deep
printf text > www/docs/deep/a.txt
printf hidden > www/docs/.hidden
start http-serve -p 0 -4 --archive tar,zip www
site=http://127.0.0.1:$port
curl -s -D head "$site/docs/?archive=tar" -o docs.tar
contains head 'docs.tar'
mkdir -p unpacked
tar xf docs.tar -C unpacked
same "$(cat unpacked/docs/deep/a.txt)" text
[ ! -e unpacked/docs/.hidden ] || fail "a hidden name is in the archive"
curl -s "$site/docs/?archive=zip" | head -c 2 > magic
same "$(cat magic)" PK
curl -s "$site/docs/?archive=tgz" > body
grep -q '<html' body || fail "tgz was not allowed"
same "$(code "$site/nothing/?archive=tar")" 404
stop
