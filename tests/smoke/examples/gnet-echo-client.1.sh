# gnet-echo-client(1)

example 'echo up'
helper server echo-server
run 0
contains out "
up"
kill "$helper" && wait "$helper"
helper server echo-server --mode upper
run 1
! grep -qx up out || fail "not what was sent, and still it is up"

example .p99_us
helper server echo-server --json
run 0
expr "$(cat out)" : '[0-9][0-9.]*$' > /dev/null || fail "not a time: $(cat out)"
same "$(grep -c '"event":"accept"' server.out)" 50
