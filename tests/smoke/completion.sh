# The scripts are what their shells can read, and offer what there is.
. "$(dirname "$0")/prelude.sh"

for shell in bash zsh fish; do
  expect 0 gnet completion "$shell"
  cp out "script.$shell"
  if command -v "$shell" > /dev/null; then "$shell" -n "script.$shell" || fail "$shell script"; fi
done
expect 2 gnet completion tcsh

offer() { gnet __complete bash $(($# - 1)) -- "$@" | tr '\n' ' '; }
same "$(offer gnet echo)" "echo-server echo-client "
same "$(offer gnet echo-server --mode d)" "discard daytime "
same "$(offer gnet echo-server --mode=u)" "--mode=upper "
same "$(offer gnet help end)" "endpoints "
same "$(offer gnet echo-server --ready-file '')" ":file "

command -v bash > /dev/null || exit 0
PATH="$(dirname "$GNET"):$PATH" bash -c '
  source script.bash
  COMP_WORDS=(gnet echo-server --print) COMP_CWORD=2
  COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE}
  _gnet
  [ "${COMPREPLY[*]}" = --print-port ]' || fail "bash offers something else"
