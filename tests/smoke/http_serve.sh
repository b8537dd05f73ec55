# Files as clients get them: the right one, whole or in part, and nothing else.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

mkdir -p www/docs www/.git www/empty
printf 0123456789 > www/a.txt
printf '<h1>home</h1>' > www/index.html
printf docs > www/docs/index.html
printf hidden > www/.git/config
printf slash > 'www/empty/back\slash'
printf secret > secret
ln -s ../secret www/out
ln -s a.txt www/in
ln -s "$work/www/docs/index.html" www/absolute
mkfifo www/pipe
head -c 3000000 /dev/zero | tr '\0' x > www/large.bin

start http-serve -p 0 -4 www
site=http://127.0.0.1:$port
get() { curl -s --path-as-is "$@"; }
code() { get -o body -w '%{http_code}' "$@"; }

same "$(get "$site/")" '<h1>home</h1>'
same "$(get "$site/a.txt")" 0123456789
same "$(get "$site/in")" 0123456789
same "$(get "$site/absolute")" docs
same "$(get -L "$site/docs")" docs
same "$(get "$site/large.bin" | wc -c | tr -d ' ')" 3000000
get -D head -o body "$site/a.txt"
contains head 'HTTP/1.1 200 OK'
contains head 'Content-Type: text/plain; charset=utf-8'
contains head 'X-Content-Type-Options: nosniff'
contains head 'Accept-Ranges: bytes'
contains head 'ETag: "'

# Parts.
same "$(get -r 2-4 "$site/a.txt")" 234
same "$(get -r -2 "$site/a.txt")" 89
same "$(code -r 20-30 "$site/a.txt")" 416
printf 01234 > part
get -C - -o part "$site/a.txt"
same "$(cat part)" 0123456789

# Versions.
tag=$(sed -n 's/^ETag: //p' head | tr -d '\r')
same "$(code -H "If-None-Match: $tag" "$site/a.txt")" 304
modified=$(sed -n 's/^Last-Modified: //p' head | tr -d '\r')
same "$(code -H "If-Modified-Since: $modified" "$site/a.txt")" 304

# What is not there, and what is not shown.
for path in /nothing /out /.git/config /.git/nothing /.git /pipe /a.txt/ /%2e%2e/secret /../secret \
  '/..%2fsecret' '/..%5csecret' '/a.txt%00' '/docs/../../secret' '//../secret'; do
  case $(code "$site$path") in
    404 | 400) ;;
    *) fail "$path was answered" ;;
  esac
  ! grep -q -e secret -e hidden body || fail "$path got out"
done
same "$(code "$site/empty/")" 200  # a listing
grep -q '<html' body || fail "no page for a folder"
same "$(get "$site/empty/?ls")" ''  # a name that no path can have
same "$(code -X POST -d x "$site/a.txt")" 405

stop
same "$status" 0

# Links, hidden names, one file, other options.
start http-serve -p 0 -4 --follow-links no --hidden --listing off --prefix /files www
site=http://127.0.0.1:$port
same "$(code "$site/files/in")" 404
same "$(get "$site/files/.git/config")" hidden
same "$(code "$site/files/empty/")" 404
same "$(code "$site/a.txt")" 404
same "$(get -L "$site/files")" '<h1>home</h1>'
stop

start http-serve -p 0 -4 www/a.txt
site=http://127.0.0.1:$port
same "$(get "$site/")" 0123456789
same "$(get "$site/a.txt")" 0123456789
same "$(code "$site/index.html")" 404
same "$(code "$site/docs/")" 404
stop

start http-serve -p 0 -4 --spa --pretty-urls --error-page 404=secret --header 'X-All: 1' \
  --header-for '*.txt=X-Text: 2' --cache 1h --immutable '/docs/**' --etag sha256 www
site=http://127.0.0.1:$port
same "$(get -H 'Accept: text/html' "$site/users/1")" '<h1>home</h1>'
same "$(get -H 'Accept: text/html' "$site/missing.js")" secret
same "$(get "$site/users/1")" secret
same "$(code "$site/users/1")" 404
get -D head -o body "$site/a.txt"
contains head 'X-All: 1'
contains head 'X-Text: 2'
contains head 'Cache-Control: max-age=3600'
contains head 'ETag: "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"'
get -D head -o body "$site/docs/"
contains head 'immutable'
stop

export GNET_HTTP_SERVE_LISTING=true
start http-serve -p 0 -4 www
unset GNET_HTTP_SERVE_LISTING
site=http://127.0.0.1:$port
same "$(code "$site/empty/")" 200
stop

# What cannot be served is said so.
expect 9 gnet http-serve -p 0 nothing
contains err "cannot serve 'nothing': no such file or directory"
expect 9 gnet http-serve -p 0 www/pipe
contains err 'neither a file nor a folder'
expect 2 gnet http-serve -p 0 --cache soon www
contains err '--cache wants a duration, off or no-cache'
expect 2 gnet http-serve -p 0 --error-page 200=secret www
expect 2 gnet http-serve -p 0 --header nonsense www
for field in 'Content-Length: 5' 'transfer-encoding: x' 'ETag: "x"' 'Content-Range: bytes 0-1/5' \
  'Connection: close'; do
  expect 2 gnet http-serve -p 0 --header "$field" www
  expect 2 gnet http-serve -p 0 --header-for "*.txt=$field" www
  contains err 'the server makes it'
done
expect 9 gnet http-serve -p 0 --spa=nofile.html www
contains err "/www/nofile.html' of --spa: no such file or directory"
expect 9 gnet http-serve -p 0 --spa=docs www
expect 2 gnet http-serve -p 0 --spa= www
for word in maybe ON; do
  expect 2 gnet http-serve -p 0 --listing "$word" www
  contains err 'must be on or off'
done
expect 2 gnet http-serve -p 0 --max-upload 0 www
expect 2 gnet http-serve -p 0 --auth-for write www
contains err '--auth-for write needs --auth'
expect 2 gnet http-serve -p 0 --precompressed zip www
