# gnet-ports(1)

example '--who 8080'
run 1
serve port:8080 'exec gnet http-echo :8080'
run 0
contains out http-echo
ends 0

example --free=2
run 0
expr "$(cat out)" : '[0-9][0-9]* and [0-9][0-9]*$' > /dev/null || fail "not two ports: $(cat out)"
! grep -q '^\(.*\) and \1$' out || fail "one port twice"

# The new server can be there only when the old one has gone.
example --wait-free
helper old echo-server --mode upper
serve sh:true
kill "$helper" && wait "$helper"
expect 0 gnet echo-client --reconnect=100ms -n 1 :6011
! grep -q MISMATCH out || fail "it is the old one"

example nginx
ln -s "$GNET" nginx
./nginx echo-server :8081 :8082 --for "$life" --die-with-parent --ready-file nginx.ready 2> nginx.err &
started="$started $!"
helper other echo-server :8083
expect 0 gnet wait-for file:nginx.ready -t "$life"
run 0
same "$(sort out)" "8081
8082"
