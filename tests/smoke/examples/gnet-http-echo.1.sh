# gnet-http-echo(1)

example hook.json
serve 'sh:test -s served.out'
expect 0 gnet http ":$(cat served.out)/other"
expect 0 gnet http ":$(cat served.out)/hook" -d hi
ends 0
contains hook.json '"method":"POST","target":"/hook"'
contains hook.json '"body":"hi"'

example /v1/users
echo '{"id":7}' > x.json
serve port:6001
expect 0 gnet http :6001/v1/users/ada
same "$(cat out)" '{"user":"ada"}'
expect 0 gnet http POST :6001/v1/x a=b -w ' %{status}'
same "$(cat out)" '{"id":7}
 201'

# Of a hundred answers some are errors, almost surely; else of the next hundred.
example --error-rate
serve port:6001
: > out
tries=0
until grep -q '^503 ' out; do
  [ "$tries" -lt 50 ] || fail "no error in $tries hundreds"
  tries=$((tries + 1))
  set --
  while [ $# -lt 100 ]; do set -- "$@" :6001/bytes/0; done
  expect 0 gnet http --parallel 100 "$@" -w '%{status} %{time_total}\n'
done
awk '$2 < 0.05 { exit 1 }' out || fail "an answer that comes too soon"

example curl
run 0 "$(line 1)" 'gnet wait-for port:6001' "$(line 2)" 'kill $!' 'wait $!'
same "$(grep -c '^data:' out)" 3
