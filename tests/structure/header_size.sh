#!/bin/sh
# header_size.sh TREE COMPILER FLAG…: how much text a program compiles for including one of the
# public headers, in lines as the preprocessor gives them. Each line costs every file of every
# user: what goes above its bound includes something that it should not.
set -eu
cd "$1"
shift

bound() {
  case $1 in
    gnet/gnet.h) echo 120000 ;;
    gnet/base/*) echo 65000 ;;
    gnet/io/connect*.h | gnet/protocol/reconnecting_client_factory.h)
      echo 110000 ;;
    gnet/fiber/use_fiber.h) echo 110000 ;;
    *) echo 85000 ;;
  esac
}

failed=0
for header in gnet/gnet.h $(sed -n 's/^#include "\(.*\)"$/\1/p' gnet/gnet.h); do
  lines=$(printf '#include "%s"\n' "$header" | "$@" -I. -E -x c++ - | wc -l)
  if [ "$lines" -gt "$(bound "$header")" ]; then
    echo "$header: $lines lines when preprocessed, more than $(bound "$header")"
    failed=1
  fi
done
exit $failed
