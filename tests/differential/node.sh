#!/bin/sh
# node.sh SCRIPT [ARGUMENT…]: runs the script with Node, if there is one.
set -eu
command -v node > /dev/null || exit 77
exec node "$@"
