# Who was only pausing when the server stopped, and who was done.
. "$(dirname "$0")/prelude.sh"

# pause QUIET: a client that pauses until after the server has taken it for quiet, or before.
pause() {
  start echo-server -p 0 -4 --drain-quiet "$1" --json
  peer pause "127.0.0.1:$port" "$server" > answer
  finish
}
pause 5s
same "$(cat answer)" "an answer"
same "$status" 0
pause 100ms
same "$(cat answer)" "no answer"
same "$status" 10
contains server.out '"event":"stopped","cut":1'
contains server.err "cut 1 connection that went on sending after a pause: see --drain-quiet"

# One that says nothing more is no loss.
start echo-server -p 0 -4 --drain-quiet 100ms
hold 1
stop
same "$status" 0
