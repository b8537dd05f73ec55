#!/bin/sh
# make_page.sh GNET SCDOC SOURCE OUTPUT: one man page from its source.
set -eu
gnet=$1 scdoc=$2 source=$3 output=$4
here=$(dirname "$0")
trap 'rm -f "$output.scd" "$output.raw" "$output.new"' EXIT

"$gnet" man < "$source" > "$output.scd"
"$scdoc" < "$output.scd" > "$output.raw"
awk -f "$here/tidy.awk" "$output.raw" > "$output.new"
mv "$output.new" "$output"
