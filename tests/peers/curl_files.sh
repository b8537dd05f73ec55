# curl against http-serve: ranges, what is resumed, conditions, uploads.
. "$(dirname "$0")/prelude.sh"
need curl cmp
ask() { curl -sS --max-time 30 "$@"; }

mkdir site
head -c 3000000 /dev/urandom > site/data
start http-serve -p 0 -4 --upload site
site=http://127.0.0.1:$port

ask -r 0-9 -o a -w '%{http_code}' "$site/data" > seen
same "$(cat seen) $(wc -c < a)" "206 10"
head -c 10 site/data | cmp - a
ask -r -10 -o a "$site/data"
tail -c 10 site/data | cmp - a
same "$(ask -r 3000000- -o a -w '%{http_code}' "$site/data")" 416
ask -r 0-0,5-6 -D head -o a "$site/data"
contains head "multipart/byteranges; boundary="

head -c 1234567 site/data > part
ask -C - -o part "$site/data"
cmp part site/data
ask --etag-save tag -o a "$site/data"
same "$(ask --etag-compare tag -o b -w '%{http_code}' "$site/data")" 304
same "$(ask -z site/data -o b -w '%{http_code}' "$site/data")" 304
ask -R -o a "$site/data"
[ ! a -nt site/data ] && [ ! a -ot site/data ] || [ "$(date -r a +%s)" = "$(date -r site/data +%s)" ] ||
  fail "another time"

# One connection for all of it, files and parts and none.
seen=$(ask -w '%{http_code}/%{num_connects} ' -o a -o b -o c "$site/data" "$site/none" "$site/")
same "$seen" "200/1 404/0 200/0 "

ask -T a -o b -w '%{http_code}' "$site/new" > seen
case $(cat seen) in 20[014]) ;; *) fail "$(cat seen)" ;; esac
cmp a site/new
ask -T - -o b "$site/piped" < a
cmp a site/piped
stops_well
