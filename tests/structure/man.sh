#!/bin/sh
# man.sh PAGE…: every man page is clean for mandoc and for groff.
set -u
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
