#!/bin/sh
# documented.sh TREE: checks that each public header says at its head what it is, shows how it is
# used (an example, indented), and which threads may use it. Public is what declares something
# outside of a namespace detail.
set -eu
cd "$1"

failed=0
for header in gnet/*/*.h; do
  grep -Eq '^namespace gnet(::http|::ws|::web|::dns)? \{$' "$header" || continue
  missing=$(awk '
    !/^\/\// { exit }
    NR == 1 && /^\/\/ [A-Z"`]/ { says = 1 }
    /^\/\/   +[^ ]/ { shows = 1 }
    /^\/\/ Threads: / { threads = 1 }
    END {
      if (!says) print "what it is;"
      if (!shows) print "an example;"
      if (!threads) print "a line \"// Threads: \";"
    }' "$header")
  [ -z "$missing" ] || { echo "$header: its head lacks" $missing; failed=1; }
done
exit "$failed"
