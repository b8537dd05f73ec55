# h2load in its HTTP/1.1 mode, which pipelines: plain and over TLS.
. "$(dirname "$0")/prelude.sh"
need h2load
certificate one

start http-echo -p 0 -4
run() {  # run COUNT ARGUMENTS…
  count=$1
  shift
  h2load --h1 -n "$count" "$@" > out 2>&1 < /dev/null || fail "h2load $*: $(cat out)"
  contains out "$count succeeded, 0 failed, 0 errored, 0 timeout"
  contains out "status codes: $count 2xx"
}
run 3000 -c 20 -m 8 "http://127.0.0.1:$port/hello"
run 200 -c 10 -m 4 "http://127.0.0.1:$port/bytes/50K"
run 200 -c 10 -m 4 "http://127.0.0.1:$port/stream/10"
head -c 5000 /dev/zero > body
run 500 -c 10 -m 8 -d body "http://127.0.0.1:$port/status/200"
stops_well

start http-echo -p 0 -4 --tls-cert one.pem --tls-key one.key
run 1000 -c 20 -m 8 "https://127.0.0.1:$port/hello"
stops_well
