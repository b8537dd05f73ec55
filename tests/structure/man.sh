#!/bin/sh
# man.sh PAGE…: every man page has its sections where a reader looks for them, in the order of
# man-pages(7), and is clean for mandoc and for groff.
set -u
usual="NAME SYNOPSIS DESCRIPTION OPTIONS EXIT_STATUS ERRORS ENVIRONMENT FILES BUGS EXAMPLES SEE_ALSO"

# misplaced PAGE: what is wrong with its sections, if anything. Others than the usual ones may stand
# between those.
misplaced() {
  case $1 in
    *.7) needed="NAME DESCRIPTION FILES BUGS SEE_ALSO" ;;
    *) needed="NAME SYNOPSIS DESCRIPTION EXIT_STATUS FILES BUGS SEE_ALSO" ;;
  esac
  sed -n 's/^\.SH "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$1" | tr ' ' '_' |
    awk -v usual="$usual" -v needed="$needed" -v page="$1" '
      BEGIN { n = split(usual, names, " "); for (i = 1; i <= n; ++i) place[names[i]] = i }
      { seen[$0] = 1 }
      $0 in place {
        if (place[$0] < last) print page ": " $0 " stands behind " names[last]
        last = place[$0]
      }
      END {
        n = split(needed, names, " ")
        for (i = 1; i <= n; ++i) if (!(names[i] in seen)) print page ": " names[i] " is missing"
      }'
}

disorder=$(for page in "$@"; do misplaced "$page"; done)
[ -z "$disorder" ] || { echo "$disorder"; exit 1; }

command -v mandoc > /dev/null || { echo "mandoc is missing: skipped"; exit 77; }

failed=0
for page in "$@"; do
  mandoc -T lint -W warning "$page" || failed=1
  if command -v man > /dev/null; then
    complaints=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 > /dev/null)
    [ -z "$complaints" ] || { printf '%s: %s\n' "$page" "$complaints"; failed=1; }
  fi
done
exit "$failed"
