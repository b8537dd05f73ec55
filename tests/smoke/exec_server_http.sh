# gnet exec-server by HTTP: CGI, server-sent events, folders of programs, files beside them.
. "$(dirname "$0")/prelude.sh"

# ask METHOD TARGET [FIELD]...: the answer, with its head.
ask() {
  line="$1 $2 HTTP/1.1"
  shift 2
  { printf '%s\r\nHost: a.test\r\nConnection: close\r\n' "$line"
    for field in "$@"; do printf '%s\r\n' "$field"; done
    printf '\r\n%s' "${body-}"; } | peer pipe "127.0.0.1:$port" | tr -d '\r'
}
program() { { echo '#!/bin/sh'; cat; } > "$1" && chmod +x "$1"; }

mkdir -p bin/sub www outside
echo page > www/page.txt
program bin/env << 'END'
printf 'Status: 201 Made\nContent-Type: text/plain\nX-A: 1\nConnection: upgrade\n\n'
env | sort
cat
END
program bin/sub/fails << 'END'
exit 3
END
program bin/redirect << 'END'
printf 'Location: /env/there?x=1\n\n'
END
program bin/round << 'END'
printf 'Location: /round\n\n'
END
program bin/plain << 'END'
echo hello
END
program bin/splits << 'END'
printf 'Content-Type: text/plain\nX-B: a\rSet-Cookie: evil=1\n\n'
END
program bin/endless << 'END'
while :; do echo 'X-C: 1'; done
END
program bin/short << 'END'
printf 'Content-Type: text/plain\nContent-Length: 10\n\nfive!'
END
program bin/slow << 'END'
exec sleep 30
END
program outside/secret << 'END'
echo secret
END
ln -s ../outside/secret bin/link
echo data > bin/data

start exec-server http-l://127.0.0.1:0 --dir bin --static www --time-limit 2s
same "$endpoints" "http://127.0.0.1:$port/"
body=sent ask POST '/env/a%20b?q=1' 'Content-Length: 4' 'Content-Type: text/x' 'X-Mixed-Case: v' 'Proxy: evil' \
  'Authorization: Basic c2VjcmV0' 'X_Under: evil' > made
for line in 'HTTP/1.1 201 Made' 'X-A: 1' REQUEST_METHOD=POST 'PATH_INFO=/a b' SCRIPT_NAME=/env QUERY_STRING=q=1 \
  CONTENT_LENGTH=4 CONTENT_TYPE=text/x HTTP_X_MIXED_CASE=v GATEWAY_INTERFACE=CGI/1.1 SERVER_NAME=a.test \
  "SERVER_PORT=$port" "GNET_ENDPOINT=$endpoints" sent; do contains made "$line"; done
grep -Eq 'HTTP_PROXY|AUTHORIZATION|UNDER|evil|upgrade' made && fail "this is not for programs: $(cat made)"
ask GET /sub/fails > failed
contains failed "500 Internal Server Error"
contains failed "X-Exit-Status: 3"
ask GET /redirect > there
contains there "PATH_INFO=/there"
contains there "QUERY_STRING=x=1"
ask GET /round | grep -q '502 Bad Gateway' || fail "a program leads to itself"
for name in plain splits endless; do
  ask GET "/$name" > bad
  contains bad "502 Bad Gateway"
  grep -q evil bad && fail "a program has made a field: $(cat bad)"
done
ask GET /slow | grep -q '504 Gateway' || fail "no limit of time"
ask GET /short > short || :
grep -q 'Content-Length: 10' short || fail "no length: $(cat short)"
for path in /link /data /none /../outside/secret /sub; do
  ask GET "$path" > missing
  grep -Eq 'HTTP/1.1 40[034]' missing || fail "$path: $(cat missing)"
done
contains made "HTTP_HOST=a.test"
ask GET /page.txt | tail -n 1 > page
contains page page

# SIGHUP looks through the folder again.
program bin/new << 'END'
printf 'Status: 200\n\nnew'
END
ask GET /new | grep -q '404' || fail "it was not there"
kill -HUP "$server"
tries=0
until ask GET /new | grep -q '^new$'; do
  tries=$((tries + 1))
  [ "$tries" -lt 200 ] || fail "SIGHUP finds no new program"
done
stop
same "$status" 0

# One that writes more than is of its answer is not waited for, and gives its place to the next.
program bin/more << 'END'
printf 'Content-Type: text/plain\nContent-Length: 2\n\nok'
while :; do echo more; done
END
program bin/all << 'END'
printf 'Content-Type: text/plain\n\n'
while :; do echo more; done
END
program bin/elsewhere << 'END'
printf 'Location: /plain-text\n\n'
while :; do echo more; done
END
program bin/plain-text << 'END'
printf 'Content-Type: text/plain\n\nhere'
END
start exec-server http-l://127.0.0.1:0 --dir bin --max-procs 1 --kill-after 50ms
ask GET /more | grep -q '^ok$' || fail "no answer"
ask HEAD /all | grep -q '200 OK' || fail "no head"
ask GET /elsewhere | grep -q '^here$' || fail "it leads nowhere"
ask GET /plain-text | grep -q '^here$' || fail "no place is free"
stop

# An answer ends with the output, though its program lives on, and what it has started holds on to it.
program bin/closes << 'END'
printf 'Content-Type: text/plain\n\nclosed'
exec >&-
exec sleep 60
END
program bin/forks << 'END'
printf 'Content-Type: text/plain\n\nforked'
setsid sleep 15 2> /dev/null &
END
start exec-server http-l://127.0.0.1:0 --dir bin --max-procs 1 --kill-after 100ms --max-header 1M
same "$(gnet http -t 10s "http://127.0.0.1:$port/forks")" forked
same "$(gnet http -t 10s "http://127.0.0.1:$port/plain-text")" here
# More than a program can be given.
ask GET /plain-text "X-Long: $(head -c 140000 /dev/zero | tr '\0' x)" | grep -q '^HTTP/1.1 431' || fail "no 431"
same "$(gnet http -t 10s "http://127.0.0.1:$port/closes")" closed
stop

# Lines as events.
start exec-server sse-l://127.0.0.1:0 --stderr client --sh 'echo one; echo two; sleep 0.1; echo bad >&2; sleep 0.1; exit 4'
ask GET / > events
contains events "Content-Type: text/event-stream"
for line in 'data: one' 'data: two' 'event: stderr' 'data: bad' 'event: exit' 'data: exit 4'; do
  contains events "$line"
done
ask GET / 'Origin: http://evil.test' | grep -q '403' || fail "a page of another origin may listen"
# Nor one whose name leads here; what is no browser may call this machine as it likes.
called() {  # called FIELD…: the status of a request for evil.test
  curl -s -o events -w '%{http_code}' -H 'Host: evil.test' "$@" "http://127.0.0.1:$port/"
}
same "$(called -H 'Origin: http://evil.test')" 403
same "$(called -H 'Sec-Fetch-Site: same-origin')" 403
same "$(called)" 200
stop
start exec-server sse-l://127.0.0.1:0 --origin '*' --sh 'echo one'
same "$(called -H 'Origin: http://evil.test')" 200
stop

# The page, programs and files at one endpoint of WebSocket.
start exec-server ws-l://127.0.0.1:0 --devconsole --cgi-dir bin --sh 'exec cat'
ask GET / > console
contains console "<title>gnet exec-server</title>"
contains console "Content-Security-Policy: default-src 'none'"
ask GET /env | grep -q GATEWAY_INTERFACE || fail "no CGI beside it"
stop
