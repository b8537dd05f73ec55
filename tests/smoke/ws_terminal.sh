# gnet ws at a terminal: editing, history, what comes while a line is typed, the terminal's modes.
. "$(dirname "$0")/prelude.sh"
command -v python3 > /dev/null || { echo "python3 is missing: skipped" >&2; exit 77; }
export TERM=xterm LC_ALL=C.UTF-8

# at_terminal STEPS... -- ARGS...: the steps of terminal.py for gnet ws; what is on the screen, how it
# ended and the terminal's modes are in out.
at_terminal() {
  python3 "$here/terminal.py" "$@" 8>&- > out 2> terminal.err || fail "$(cat terminal.err)"
}
ends() {
  same "$(tail -n 2 out | tr '\n' ' ')" "status $1 cooked "
}

start ws-echo -p 0 -4
echo=127.0.0.1:$port

# Keys, and characters of several bytes.
at_terminal 'await > ' 'type wörld' 'key left' 'key left' 'type X\x01Y\x05Z\r' 'await < YwörXldZ' \
  'type aaa bbb ccc\x17\x17k\r' 'await < aaa k' 'type gone\x15kept\r' 'await < kept' \
  'type abc' 'key home' 'key delete' 'key end' 'type d\r' 'await < bcd' \
  'key up' 'key up' 'type !\r' 'await < kept!' 'type \x04' gone -- "$GNET" ws -E "$echo"
ends 0
contains out '> YwörXldZ'
contains out '> kept!'

# Commands.
at_terminal 'await > ' 'type /ping hi\r' 'await pong hi rtt=' 'type /pong\r' 'type //x\r' 'await < /x' \
  'type /hex 4g\r' 'await these are no hexadecimal digits' 'type /file none\r' 'await cannot' \
  'type /help\r' 'await /hex DIGITS' 'type /close 1006\r' 'await gnet ws: ' \
  'type /close 4001 bye\r' gone -- "$GNET" ws -E "$echo"
ends 0

# However it ends, the terminal is as it was: a signal, a second one at once, a stop, the server.
at_terminal 'await > ' 'type half' 'await half' 'type \x03' gone -- "$GNET" ws -E "$echo"
ends 130
at_terminal 'await > ' 'type half' 'await half' 'signal SIGQUIT' gone -- "$GNET" ws -E "$echo"
ends 131
at_terminal 'await > ' 'type half' 'await half' 'type \x1a' stopped 'signal SIGCONT' 'await half' \
  'type er\r' 'await < halfer' 'signal SIGTERM' gone -- "$GNET" ws -E "$echo"
contains out 'stopped cooked'
contains out '> halfer'
ends 143

# The history is kept where that is wanted, and nowhere else.
export XDG_STATE_HOME="$work/state"
at_terminal 'await > ' 'type first\r' 'await < first' 'type \x04' gone -- "$GNET" ws -E "$echo"
[ ! -e state ] || fail "a history that nobody has asked for"
at_terminal 'await > ' 'type second\r' 'await < second' 'type \x04' gone -- "$GNET" ws -E --history "$echo"
same "$(stat -c %a state/gnet/ws_history)" 600
at_terminal 'await > ' 'key up' 'type +\r' 'await < second+' 'type \x04' gone -- \
  "$GNET" ws -E --history "$echo"
ends 0

# Not at a terminal that cannot do it.
TERM=dumb at_terminal 'await connected' 'type x\r' 'await < x' 'type \x04' gone -- "$GNET" ws -E "$echo"
ends 0
stop

# What comes while a line is typed leaves it alone, also a line that takes several rows.
mkfifo news && exec 8<> news
"$GNET" ws-echo -p 0 -4 --stdin --for "$life" --die-with-parent --ready-file told < news > heard \
  2> news.err &
started="$started $!"
await told ws://
(
  await typing half
  echo 'one news' >&8
  await typing row
  echo 'more news' >&8
) &
started="$started $!"
python3 "$here/terminal.py" 'await > ' 'type half' 'await half' 'tell half' 'await < one news' \
  'await half' 'type  of a line that does not fit into one row of this terminal, which has 80 columns' \
  'await olumns' 'tell row' 'await < more news' 'await olumns' 'type !\r' 'await > ' \
  'type \x04' gone -- "$GNET" ws -E "$(cat told)" > out 2> terminal.err 9> typing || fail "$(cat terminal.err)"
ends 0
same "$(sed -n 2,5p out)" "< one news
< more news
> half of a line that does not fit into one row of this terminal, which has 80 c
olumns!"
await heard 'which has 80 columns!'
