# gnet bridge: 3,000,000 bytes go whole, both ways, through every pair of kinds of endpoints; the end
# of what one side says is handed on, and what the other says after it arrives.
. "$(dirname "$0")/prelude.sh"

head -c 3000000 /dev/urandom > bytes

# Right sides that say everything back.
: > server.err
start echo-server tcp-l://127.0.0.1:0 tls-l://127.0.0.1:0 "unix-l://$work/echo.sock"
set -- $endpoints
tcp=$1 tls=$2 unix=$3
start ws-echo -p 0 -4
ws=${endpoints%/}/

# What an endpoint needs: a WebSocket that was called has no half-close, so there a silence is the
# end; and this certificate is nobody's.
flags() {
  case $1 in
  ws:*) echo "-w 3s" ;;
  tls:*) echo -k ;;
  esac
}

# through COMMAND…: sends the bytes to the command, and compares what it gives.
through() {
  "$@" < bytes > through.out 2> through.err || fail "exit $?: $* ($(cat through.err))"
  cmp through.out bytes || fail "$*"
}

# The left side is standard input and output, a program, or somebody who comes.
for right in "$tcp" "$tls" "$unix" "$ws" exec:cat; do
  through gnet bridge --framing raw $(flags "$right") - "$right"
  # What the program on the left has to say comes from a file, while what it hears goes to one.
  rm -f heard
  expect 0 gnet bridge --framing raw $(flags "$right") \
    "sh:exec 3<&0; cat <&3 > $work/heard & cat $work/bytes; exec >&-; wait" "$right"
  # A program outlives its bridge by a moment.
  tries=0
  until cmp -s heard bytes; do
    tries=$((tries + 1))
    [ "$tries" -lt 2000 ] || fail "sh: - $right"
  done

  start bridge tcp-l://127.0.0.1:0 "$right" $(flags "$right")
  through peer pipe "127.0.0.1:$port"
  stop
  same "$status" 0
  start bridge tls-l://127.0.0.1:0 "$right" $(flags "$right")
  through gnet bridge -k - "$endpoints"
  stop
  same "$status" 0
  start bridge "unix-l://$work/left.sock" "$right" $(flags "$right")
  through peer pipe "$work/left.sock"
  stop
  same "$status" 0
  start bridge ws-l://127.0.0.1:0/ "$right" $(flags "$right")
  through gnet bridge --framing raw -w 3s - "ws://127.0.0.1:$port/"
  stop
  same "$status" 0
done

# An answer that comes long after the end of the question.
start bridge tcp-l://127.0.0.1:0 'sh:cat > /dev/null; sleep 1.5; echo late'
same "$(echo question | peer pipe "127.0.0.1:$port")" late
same "$(echo question | gnet bridge - 'sh:cat > /dev/null; sleep 1.5; echo late')" late
same "$(echo question | gnet bridge - "tcp://127.0.0.1:$port")" late
stop
same "$status" 0

# Standard output on the right, standard input on the left: one way there, the other back.
same "$(gnet bridge text:hello -)" hello
same "$(gnet bridge "file:$work/bytes" - | cksum)" "$(cksum < bytes)"
