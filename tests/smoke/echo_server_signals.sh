# Signals: drain, cut, stop at once, report.
. "$(dirname "$0")/prelude.sh"


start echo-server -p 0 -4
stop TERM
same "$status" 0

# A shell starts background jobs with SIGINT ignored; the server obeys all the same.
start echo-server -p 0 -4
stop INT
same "$status" 0

# Idle connections have nothing to lose.
start echo-server -p 0 -4
hold 3
stop TERM
same "$status" 0
await server.err "draining 3 connections, again to stop now"

# One that goes on is cut when the time is over.
start echo-server -p 0 -4 --mode chargen --drain-timeout 200ms
hold 2
stop TERM
same "$status" 10
await server.err "cut 2 connections that did not end within 200ms"

# The second signal does not wait.
start echo-server -p 0 -4 --mode chargen --drain-timeout 1h
hold 1
kill -TERM "$server"
await server.err "draining 1 connection"
stop TERM
same "$status" 143

start echo-server -p 0 -4
stop QUIT
same "$status" 131

# Counters on request; a hang-up does not stop it.
: > server.err
start echo-server -p 0 -4
peer drip "127.0.0.1:$port" 3 > /dev/null
kill -HUP "$server"
kill -USR1 "$server"
await server.err "1 accepted"
await server.err "3 B in, 3 B out"
stop TERM
same "$status" 0

# Counters are JSON where log lines are, and a log line where those are logfmt.
for format in json logfmt; do
  : > server.err
  start echo-server -p 0 -4 --log-format "$format"
  kill -USR1 "$server"
  case $format in json) await server.err '"accepted":0,' ;; *) await server.err 'msg="0 accepted,' ;; esac
done

# A report that is asked for at the last moment keeps nobody, and hurts nobody.
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  start echo-server -p 0 -4 --threads 2
  kill -USR1 "$server"
  stop
  same "$round $status" "$round 0"
done
