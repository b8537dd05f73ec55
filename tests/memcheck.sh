#!/bin/bash
# memcheck.sh BUILD [SUITE…]: unit tests under valgrind, as many at a time as there are cores.
# Without suites: those of what handles stacks and memory itself, and the command as a server and
# as a client.
set -euo pipefail
build=$(realpath "$1")
shift
tests=$(cd "$(dirname "$0")" && pwd)
export build work
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Two threads have to get their turns. Blocks that are still reachable at the end are no leaks.
valgrind='valgrind --quiet --fair-sched=yes --leak-check=full --show-leak-kinds=definite'
valgrind+=' --errors-for-leak-kinds=definite --error-exitcode=9 --error-markers=MEMCHECK,END'
# A lookup may be under way in a thread when the process ends.
cat > "$work/suppressions" <<'TEXT'
{
  glibc reads resolv.conf
  Memcheck:Leak
  match-leak-kinds: definite
  ...
  fun:__resolv_conf_load
  ...
  fun:getaddrinfo
}
TEXT
valgrind+=" --suppressions=$work/suppressions"
export valgrind

suites=("$@")
if [[ $# == 0 ]]; then
  for test in "$tests"/unit/{fiber,sync,io,protocol,diag,web}/*_test.cpp \
    "$tests"/unit/http/{http_server_factory,server_conversation,server_tunnel,client}_test.cpp \
    "$tests"/unit/ws/web_socket*_test.cpp; do
    suites+=("$(basename "$test" _test.cpp)")
  done
fi

# report NAMES STATUS LOG: one line, and the log of what failed, without valgrind's note that it
# does not know epoll_pwait2; it is answered ENOSYS.
report() {
  [[ $2 == 0 ]] && ! grep -q MEMCHECK "$3" && { echo "ok      $1"; return; }
  echo "FAILED  $1"
  grep -Ev '^--[0-9]+-- ' "$3" | head -n 200
  return 1
}

# Several suites a process: valgrind needs longer to begin than for most of them. Not so those that
# fork a hub: what others have left on it is lost in the child.
check_suites() {
  local status=0 names
  names=$(IFS=, && echo "$*")
  $valgrind "$build/tests/gnet_unit" --run_test="$names" --color_output=no > "$work/$1.log" 2>&1 ||
    status=$?
  report "$*" "$status" "$work/$1.log"
}
export -f report check_suites
processes=() some=()
for suite in "${suites[@]}"; do
  if grep -qE 'tests/unit/child\.h|fork\(\)' "$tests"/unit/*/"$suite"_test.cpp; then
    processes+=("$suite")
  else
    some+=("$suite")
  fi
  if ((${#some[@]} == 6)); then processes+=("${some[*]}") some=(); fi
done
((${#some[@]} == 0)) || processes+=("${some[*]}")
failed=0
printf '%s\n' "${processes[@]}" | xargs -P "$(nproc)" -L 1 bash -c 'check_suites "$@"' - || failed=1
[[ $# == 0 ]] || exit "$failed"

printf '#!/bin/sh\nexec %s --log-file=%s/smoke.%%p %s/gnet "$@"\n' "$valgrind" "$work" "$build" \
  > "$work/gnet"
chmod +x "$work/gnet"
for name in echo_server_modes echo_server_signals; do
  status=0
  GNET=$work/gnet sh "$tests/smoke/$name.sh" > "$work/$name.log" 2>&1 || status=$?
  cat "$work"/smoke.* >> "$work/$name.log"
  rm -f "$work"/smoke.*
  report "smoke.$name" "$status" "$work/$name.log" || failed=1
done
exit "$failed"
