# http-echo keeps what it is asked, and ends when it has enough.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

serve() { start http-echo -p 0 -4 "$@"; at="http://127.0.0.1:$port"; }
get() { path=$1; shift; curl -sS --max-time 20 "$@" "$at$path"; }
status() { path=$1; shift; get "$path" -o /dev/null -w '%{http_code}' "$@"; }

# One webhook: other requests do not count, and the one that does is answered.
serve --until 1:/hook --record -
same "$(status /other)" 200
same "$(status '/hook?x=1' -d 'hi')" 200
finish
same "$status" 0
same "$(wc -l < server.out)" 2
contains server.out '"method":"POST","target":"/hook?x=1","http":"1.1","headers":{'
contains server.out '"body":"hi","body_bytes":2}'

# Each request is there when it has been answered, and what was there before stays.
echo before > file
serve --record file --max-body 10 --until 4
status /a > /dev/null
contains file '"target":"/a"'
printf '\377' | get /b --data-binary @- > /dev/null
contains file '"body_base64":"/w==","body_bytes":1}'
same "$(status /c -d 'more than ten bytes')" 413
contains file '"error":"'
printf 'more than ten bytes' | status /d -H 'Transfer-Encoding: chunked' --data-binary @- > code
same "$(cat code)" 413
finish
same "$status" 0
same "$(head -1 file)" before
same "$(wc -l < file)" 5

if command -v python3 > /dev/null; then
  serve --json --record - --cors
  status /a > /dev/null
  await server.out '"event":"request"'
  stop
  { grep '^{' file; cat server.out; } > lines
  python3 "$here/check_schema.py" "$here/../../schema/http-echo.json" recorded listening request stopped \
    < lines || [ $? = 77 ] || fail "the records are not what the schema says"
fi

# It does not wait for ever.
status=0
gnet http-echo -p 0 -4 --until 1 --for 50ms > out 2> err || status=$?
same "$status" 124
expect 9 gnet http-echo -p 0 --record /nowhere/file

expect 2 gnet http-echo -p 0 --max-body 0

# A full disk is told to whoever asks, and ends the server.
if [ -w /dev/full ]; then
  serve --record /dev/full
  same "$(status /a)" 500
  finish
  same "$status" 9
  contains server.err 'gnet http-echo: cannot write /dev/full: no space left'
fi
