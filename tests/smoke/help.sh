# Help for everything, from everywhere, in at most 100 columns.
. "$(dirname "$0")/prelude.sh"

expect 2 gnet
contains err "Usage: gnet COMMAND"
same "$(head -n 1 err)" "gnet: a command is missing"
expect 0 gnet help gnet
contains out "Usage: gnet COMMAND"
expect 0 gnet help
for command in $(sed -n 's/^  \([a-z-]*\)  .*/\1/p' out); do
  for words in "$command -h" "$command --help=all" "help $command" "$command help"; do
    expect 0 gnet $words
    [ ! -s err ] || fail "$words: $(cat err)"
    contains out "Usage: gnet $command"
    same "$(awk 'length > 100' out)" ""
  done
  expect 2 gnet "$command" --nosuch
done

expect 0 gnet help topics
for topic in $(sed -n 's/^  \([a-z]*\)  .*/\1/p' out); do
  expect 0 gnet help "$topic"
  same "$(awk 'length > 100' out)" ""
done

# Help wins over a line that makes no sense, and knows how wide it may be.
expect 0 gnet echo-server --prot 1 -h
COLUMNS=60 expect 0 gnet echo-server -h
same "$(sed '/^Examples/,/^$/d' out | awk 'length > 60')" ""
expect 2 gnet help ehco-server
contains err "did you mean 'echo-server'?"

# Colour when it is wanted.
expect 0 gnet help --color always
grep -q "$(printf '\033')" out || fail "no colour"
