# ab, which speaks HTTP/1.0: with connections that stay, and with one for each request.
. "$(dirname "$0")/prelude.sh"
need ab

start http-echo -p 0 -4
site=http://127.0.0.1:$port
run() { ab -q -s 20 "$@" > out 2> err || fail "ab $*: $(cat err)"; }
all_well() {  # all_well COUNT
  contains out "Complete requests:      $1"
  contains out "Failed requests:        0"
  ! grep -q "Non-2xx" out || fail "$(cat out)"
}

run -k -n 3000 -c 30 "$site/hello"
all_well 3000
contains out "Keep-Alive requests:    3000"
run -n 500 -c 10 "$site/hello"
all_well 500
head -c 10000 /dev/zero > body
run -k -n 500 -c 10 -p body -T application/octet-stream "$site/status/200"
all_well 500
run -k -n 300 -c 10 -u body -T application/octet-stream "$site/status/200"
all_well 300
run -k -i -n 300 -c 10 "$site/hello"
all_well 300
stops_well
