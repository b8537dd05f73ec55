# How fast a connection, and all of them together, may send. A bucket holds what one second brings.
. "$(dirname "$0")/prelude.sh"

# timed BYTES COUNT: sets $bytes, and $ms, that it took to get them back.
timed() {
  peer timed "127.0.0.1:$port" "$1" "$2" > timing
  read -r bytes ms < timing
}
between() { [ "$ms" -ge "$1" ] && [ "$ms" -le "$2" ] || fail "took $ms ms, not $1 to $2"; }

start echo-server -p 0 -4
timed 3000000 2
same "$bytes" 6000000
between 0 4000

# 2 MB at 1 MB a second: the first at once, the second in the second after it.
start echo-server -p 0 -4 --rate-limit 1MB/s
timed 2000000 1
same "$bytes" 2000000
between 900 8000
# Two connections do not slow each other down: neither takes more than it takes alone.
timed 1500000 4
same "$bytes" 6000000
between 450 4500

# Together they may send 1 MB a second: 3 MB take two.
start echo-server -p 0 -4 --rate-limit-total 1MB/s
timed 1500000 2
same "$bytes" 3000000
between 1900 12000

# Below one receive it is a flow as well: what one second brings comes at once, and all of it when
# the server is told to stop meanwhile.
start echo-server -p 0 -4 --rate-limit 10K
peer first "127.0.0.1:$port" 30000 "$server" > first
read -r soon bytes < first
same "$bytes" 30000
[ "$soon" -ge 5000 ] && [ "$soon" -lt 25000 ] || fail "$soon bytes came in the first half second"
finish
same "$status" 0
