# slowhttptest in its four modes: who is slow is refused, and others are served meanwhile.
. "$(dirname "$0")/prelude.sh"
need slowhttptest curl

mkdir site
head -c 5000000 /dev/zero > site/data
start http-echo -p 0 -4 --header-timeout 700ms --body-timeout 700ms --min-rate 100
echo_port=$port echo_server=$server
mv server.err echo.err
start http-serve -p 0 -4 --header-timeout 700ms --min-rate 100 site
attack() {  # attack NAME ARGUMENTS…
  name=$1
  shift
  slowhttptest -c 60 -r 300 -p 3 "$@" > "$name.out" 2>&1 < /dev/null &
  started="$started $!"
  attacks="$attacks $!"
}
attacks=
attack headers -H -i 2 -l 8 -u "http://127.0.0.1:$echo_port/hello"
attack body -B -i 2 -l 8 -s 4096 -u "http://127.0.0.1:$echo_port/anything"
attack range -R -l 4 -a 5 -b 3000 -t HEAD -u "http://127.0.0.1:$port/data"
attack read -X -l 4 -w 512 -y 1024 -n 1 -z 32 -u "http://127.0.0.1:$port/data"

# Served as if nobody else was there.
asked=0
for pid in $attacks; do
  while kill -0 "$pid" 2> /dev/null; do
    same "$(curl -sS -m 5 "http://127.0.0.1:$echo_port/hello")" "hello, world!"
    same "$(curl -sS -m 5 -r 0-9 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/data")" 206
    asked=$((asked + 1))
  done
  wait "$pid" || :
done
[ "$asked" -gt 3 ] || fail "only $asked requests while they attacked"

for name in headers body range read; do
  contains "$name.out" "service available:"
  ! grep -a "service available:.*NO" "$name.out" || fail "$name: others were not served"
done
# All that waited for something to come were closed before the test was over.
for name in headers body; do contains "$name.out" "No open connections left"; done
stops_well
server=$echo_server
mv echo.err server.err
stops_well
