#!/bin/sh
# run_example.sh PROGRAM EXPECTED [ARGUMENT…]: runs the program and compares its standard output with the file.
# Standard error (logs, sanitizer reports) passes through and is not compared.
set -u
program=$1 expected=$2
shift 2

actual=$(mktemp)
trap 'rm -f "$actual"' EXIT
"$program" "$@" > "$actual" < /dev/null
status=$?
[ "$status" -eq 0 ] || echo "$(basename "$program") exited with status $status" >&2
diff -u "$expected" "$actual" && exit "$status"
