# Files that gnet http keeps: whole, by pieces, and never half.
. "$(dirname "$0")/prelude.sh"
unset http_proxy all_proxy 2> /dev/null || :
http_peer

# A file appears when it is whole, and not before.
expect 0 gnet http -o x "$http/bytes/100000"
same "$(wc -c < x)" 100000
[ ! -s out ] || fail "stdout: $(cat out)"
echo old > y
expect 8 gnet http -o y "$http/cut"
same "$(cat y)" old
same "$(ls)" "$(ls | grep -v '^y\.')"
expect 0 gnet http -O "http://$http/bytes/30"
same "$(cat 30)" 012345678901234567890123456789
expect 0 gnet http -o - "$http/bytes/3"
same "$(cat out)" 012
expect 0 gnet http -o /dev/null "$http/bytes/3"
expect 1 gnet http -f -o y "$http/status/500"
same "$(cat y)" old
same "$(cat out)" "status 500"
expect 0 gnet http --range 2-4 "$http/bytes/30"
same "$(cat out)" 234

# What was broken off goes on, if it is still the same.
expect 8 gnet http -C - -o z "$http/bytes/1000?tag=a&cut=400"
[ ! -e z ] || fail "half a file"
same "$(wc -c < z.part)" 400
same "$(cat z.part.tag)" '"a"'
expect 0 gnet http -C - -o z "$http/bytes/1000?tag=a" -w '%{status} %{size_download}'
same "$(cat out)" "206 600"
gnet http "$http/bytes/1000" > whole
cmp z whole
same "$(ls z*)" z
expect 8 gnet http -C - -o z "$http/bytes/1000?tag=a&cut=400"
expect 0 gnet http -C - -o z "$http/bytes/1000?tag=b" -w '%{status}'
same "$(cat out)" 200
cmp z whole
printf '"a"' > w.part.tag
cp whole w.part
expect 0 gnet http -f -C - -o w "$http/bytes/1000?tag=a"
cmp w whole
expect 8 gnet http -C - -o v "$http/bytes/1000?cut=400"
expect 0 gnet http -C - -o v "$http/bytes/1000" -w '%{status}'
same "$(cat out)" 200

# A large body goes through, both ways, and at the pace that was asked for.
head -c 3000000 /dev/zero > large
expect 0 gnet http "$http/echo" -d @large -o back
[ "$(wc -c < back)" -gt 3000000 ] || fail "only $(wc -c < back) bytes came back"
expect 0 gnet http --limit-rate 100K "$http/bytes/51200" -o back -w '%{time_total}'
case $(cat out) in 0.[0-3]*) fail "too fast: $(cat out) s" ;; esac

# What a server wants to call its file is no reason to leave the folder.
expect 0 gnet http -O "http://$http/bytes/3/..%2f..%2fx"
same "$(wc -c < x)" 3
