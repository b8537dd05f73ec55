#!/bin/sh
# The test for the test: includes.sh passes a tree that keeps the rules and names each way to break one.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/gnet/base" "$tree/gnet/fiber" "$tree/gnet/sync" "$tree/gnet/protocol" \
         "$tree/cli/line" "$tree/cli/server" "$tree/commands"

# file PATH LINE…: writes a source file into the tree.
file() {
  path=$tree/$1
  shift
  mkdir -p "$(dirname "$path")"
  printf '%s\n' "$@" > "$path"
}

check() { sh "$here/includes.sh" "$tree"; }

# refuses TEXT: the tree is refused with a message that contains the text.
refuses() {
  if output=$(check); then
    echo "accepted, but should say: $1" >&2
    exit 1
  fi
  case $output in
    *"$1"*) ;;
    *) echo "said: $output, but should say: $1" >&2; exit 1 ;;
  esac
}

file gnet/base/size.h '#include <string>' '#include <fmt/format.h>'
file gnet/fiber/hub.h '#include "gnet/base/size.h"' '#include <asio.hpp>' '#include <boost/context/fiber.hpp>'
file gnet/sync/event.h '#include "gnet/fiber/hub.h"' '#include "gnet/base/size.h"'
file gnet/sync/event.cpp '#include "gnet/sync/event.h"'
file gnet/protocol/service.h '#include "gnet/sync/event.h"'
file gnet/gnet.h '#include "gnet/protocol/service.h"' '#include "gnet/sync/event.h"'
file cli/line/parse.h '#include "gnet/gnet.h"' '#include <CLI/CLI.hpp>'
file cli/server/serve.h '#include "cli/line/parse.h"'
file cli/app.h '#include "cli/server/serve.h"'
file commands/echo.cpp '#include "cli/server/serve.h"' '#include "cli/app.h"' '#include "gnet/protocol/service.h"'
check

file gnet/base/bad.h '#include <string>' '  #  include "gnet/fiber/hub.h"'
refuses 'gnet/base/bad.h:2: gnet/base must not include gnet/fiber'
file gnet/base/bad.h '#include <asio/buffer.hpp>'
refuses 'gnet/base must not include <asio>'
rm "$tree/gnet/base/bad.h"

file gnet/fiber/bad.cpp '#include "gnet/gnet.h"'
refuses 'gnet/fiber/bad.cpp:1: gnet/fiber must not include gnet'
file gnet/fiber/bad.cpp '#include "hub.h"'
refuses 'no file hub.h'
file gnet/fiber/bad.cpp '#include <gnet/base/size.h>'
refuses 'with quotes'
rm "$tree/gnet/fiber/bad.cpp"

file gnet/protocol/bad.h '#include "cli/server/serve.h"'
refuses 'gnet/protocol must not include cli/server'
rm "$tree/gnet/protocol/bad.h"

file cli/line/bad.h '#include "cli/server/serve.h"'
refuses 'cli/line must not include cli/server'
file cli/line/bad.h '#include "cli/app.h"'
refuses 'cli/line must not include cli'
rm "$tree/cli/line/bad.h"

file cli/client/bad.h '#include "cli/server/serve.h"'
refuses 'cli/client must not include cli/server'
rm "$tree/cli/client/bad.h"

file cli/bad.h '#include "commands/echo.cpp"'
refuses 'cli must not include commands'
rm "$tree/cli/bad.h"

file gnet/new/thing.h '#include <string>'
refuses 'folder gnet/new has no row'
rm -r "$tree/gnet/new"
check
