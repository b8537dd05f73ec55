#!/bin/sh
# size.sh PROGRAM BYTES: stripped, the program has at most so many bytes.
set -eu
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$1"
size=$(wc -c < "$stripped")
echo "$(basename "$1"): $size bytes of at most $2"
[ "$size" -le "$2" ]
