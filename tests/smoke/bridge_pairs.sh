# gnet bridge: 3,000,000 bytes go whole, both ways, through every pair of kinds of endpoints; the end
# of what one side says is handed on, and what the other says after it arrives.
. "$(dirname "$0")/prelude.sh"

head -c 3000000 /dev/urandom > bytes
mkfifo pipe
cat > talk << END
exec 3<&0
(head -c 3000000 <&3 > $work/heard; echo > $work/pipe) &
cat $work/bytes
exec >&-
wait
END

# Right sides that say everything back. Those of other $kinds have a test of their own.
: > server.err
start echo-server tcp-l://127.0.0.1:0 tls-l://127.0.0.1:0 "unix-l://$work/echo.sock"
set -- $endpoints
tcp=$1 tls=$2 unix=$3
start ws-echo -p 0 -4
ws=${endpoints%/}/
exec=exec:cat

# This certificate is nobody's.
flags() {
  case $1 in
  tls:*) echo -k ;;
  esac
}

# through RIGHT COMMAND…: sends the bytes to the command, and compares what it gives. A WebSocket that
# was called has no half-close, so that where there is one somewhere it does not end by itself.
through() {
  right=$1
  shift
  "$@" < bytes > pipe 2> through.err &
  through=$!
  started="$started $through"
  case "$right $*" in
  *ws:*)
    head -c 3000000 < pipe > through.out
    kill "$through" 2> /dev/null || :
    wait "$through" || :
    ;;
  *)
    cat < pipe > through.out
    wait "$through" || fail "exit $?: $* ($(cat through.err))"
    ;;
  esac
  cmp through.out bytes || fail "$right: $* ($(cat through.err))"
}

# What is behind the bridge stays longer than it.
bridge() { start bridge "$@" --drain-timeout 0; }

# The left side is standard input and output, a program, or somebody who comes.
for kind in ${kinds:-tcp tls unix}; do
  eval "right=\$$kind"
  through "$right" "$GNET" bridge --framing raw $(flags "$right") - "$right"
  # What the program on the left has to say comes from a file, while what it hears goes to one.
  "$GNET" bridge --framing raw $(flags "$right") "sh:. $work/talk" "$right" &
  program=$!
  started="$started $program"
  read -r line < pipe
  cmp heard bytes || fail "sh: - $right"
  case $right in
  ws:*) kill "$program" && wait "$program" || : ;;
  *) wait "$program" || fail "exit $?: sh: - $right" ;;
  esac

  bridge tcp-l://127.0.0.1:0 "$right" $(flags "$right")
  through "$right" peer pipe "127.0.0.1:$port"
  stop
  bridge tls-l://127.0.0.1:0 "$right" $(flags "$right")
  through "$right" "$GNET" bridge -k - "$endpoints"
  stop
  bridge "unix-l://$work/left.sock" "$right" $(flags "$right")
  through "$right" peer pipe "$work/left.sock"
  stop
  bridge ws-l://127.0.0.1:0/ "$right" $(flags "$right")
  through "$right" "$GNET" bridge --framing raw - "ws://127.0.0.1:$port/"
  stop
done
