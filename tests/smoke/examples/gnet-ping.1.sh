# gnet-ping(1)

example --split
helper server http-echo :8443 --tls
run 0
same "$(grep -c 'status=200 time=.* connect=.* tls=.* first_byte=' out)" 3

example 'echo alive'
run 1
helper db echo-server :5432
run 0
same "$(cat out)" alive

example .targets
helper ws ws-echo :6012
helper udp echo-server udp-l://:6011
run 0
same "$(grep -c '^[0-9][0-9.]*$' out)" 2

example --fail-if
run 1
helper server echo-server :6011
run 0

example '< targets'
helper server echo-server :6011
printf ':6011\n# the old one\n:6010\n' > targets
serve 'sh:grep -q seq=2.lost served.out'
stop 143
contains served.out 'tcp://127.0.0.1:6011: seq=1 time='
grep -q '^tcp://127.0.0.1:6010 .* 100% ' served.out || fail "no table: $(cat served.out)"
