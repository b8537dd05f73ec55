# gnet-bridge(1)

example :5900
helper vnc echo-server :5900 --banner 'RFB 003.008'
serve port:8080
expect 0 gnet ws :8080 -n 1
contains out 'RFB 003.008'
expect 0 gnet ws :8080 --send hello --expect hello

# The answer comes long after the end of the question.
example 'echo hi'
helper server echo-server :6011 --mode upper --delay 300ms
run 0
same "$(cat out)" HI

example :5433
mkdir /run/postgresql
helper database echo-server -U /run/postgresql/.s.PGSQL.5432
serve port:5433
expect 0 gnet echo-client -n 1 --message select :5433
await served.err '73 65 6c 65 63 74'

# Each way 80 ms at least; and 4 KiB take half a second each way.
example :8081
helper server echo-server :6011
serve port:8081
expect 0 gnet echo-client -n 1 --json :8081
[ "$(number min_us)" -ge 160000 ] || fail "not late: $(cat out)"
expect 0 gnet echo-client -n 1 -s 4K --json :8081
[ "$(number min_us)" -ge 1000000 ] || fail "not slow: $(cat out)"

example --broadcast
mkfifo feed
exec 7<> feed
input=feed
helper feed ws-echo --stdin --json
input=/dev/null
serve port:8082
for listener in 1 2; do
  "$GNET" ws :8082 -w -1 < /dev/null > "heard.$listener" 7>&- &
  started="$started $!"
done
until [ -s heard.1 ] && [ -s heard.2 ]; do env echo tick >&7; done
exec 7>&-
same "$(sort -u heard.1 heard.2)" tick
same "$(grep -c '"event":"accept"' feed.out)" 1
