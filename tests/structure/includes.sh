#!/bin/sh
# includes.sh TREE: checks that each folder includes only what it may. A folder may include itself,
# the folders in its row below, and what those may include.
set -eu
cd "$1"

find gnet cli commands \( -name '*.h' -o -name '*.cpp' \) 2>/dev/null | sort > "${TMPDIR:-/tmp}/gnet-includes.$$"
trap 'rm -f "${TMPDIR:-/tmp}/gnet-includes.$$"' EXIT

awk '
function row(folder, folders, libraries) {
  direct[folder] = folders
  own_libraries[folder] = libraries
}

# Everything that a folder may include, itself among it.
function reach(from, folder,    names, count, i) {
  if ((from, folder) in allowed) return
  allowed[from, folder] = 1
  count = split(direct[folder], names, " ")
  for (i = 1; i <= count; i++) reach(from, names[i])
}

function folder_of(path,    parts, count) {
  if (path == "cli/main.cpp") return "main"
  count = split(path, parts, "/")
  if ((parts[1] == "gnet" || parts[1] == "cli") && count > 2) return parts[1] "/" parts[2]
  return parts[1]
}

function complain(text) {
  printf "%s:%d: %s\n", file, line_number, text
  failed = 1
}

function check(line,    target, folder, library) {
  sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
  if (line ~ /^</) {
    library = line
    sub(/^</, "", library)
    sub(/[>\/.].*/, "", library)
    if (library in third_party && index(" " third_party[library] " ", " " folder_of(file) " ") == 0)
      complain(folder_of(file) " must not include <" library ">")
    else if (library == "gnet")
      complain("write includes of this project with quotes")
    return
  }
  target = line
  sub(/^"/, "", target)
  sub(/".*/, "", target)
  folder = folder_of(target)
  if ((getline unused < target) < 0)
    complain("no file " target " (paths start at the top of the tree)")
  else if (!((folder_of(file), folder) in allowed))
    complain(folder_of(file) " must not include " folder)
  close(target)
}

BEGIN {
  row("gnet/base", "")
  row("gnet/fiber", "gnet/base")
  row("gnet/sync", "gnet/fiber")
  row("gnet/io", "gnet/sync")
  row("gnet/os", "gnet/io")
  row("gnet/proxy", "gnet/io")
  row("gnet/protocol", "gnet/io gnet/os gnet/proxy")
  row("gnet/patch", "gnet/io gnet/os")
  row("gnet/zmq", "gnet/io gnet/os")
  row("gnet/http", "gnet/protocol gnet/proxy")
  row("gnet/ws", "gnet/protocol gnet/http")
  row("gnet/web", "gnet/http gnet/ws")
  row("gnet/dns", "gnet/http")
  row("gnet/link", "gnet/ws gnet/http gnet/os gnet/protocol gnet/proxy")
  row("gnet/diag", "gnet/fiber gnet/sync")
  row("gnet", "gnet/web gnet/link gnet/dns gnet/http gnet/ws gnet/diag gnet/protocol")  # gnet/gnet.h itself
  row("cli/out", "gnet")
  row("cli/line", "cli/out")
  row("cli/control", "cli/line")
  row("cli/server", "cli/line cli/control")
  row("cli/client", "cli/line")
  row("cli", "cli/server cli/client cli/control")
  row("commands", "cli gnet")
  row("main", "cli commands")  # cli/main.cpp, which puts them together
  for (folder in direct) reach(folder, folder)

  # Libraries that only some folders may see. fmt and the standard library are for everyone.
  all = "gnet/fiber gnet/sync gnet/io gnet/os gnet/proxy gnet/patch gnet/zmq gnet/protocol gnet/http gnet/ws gnet/web gnet/link gnet/dns gnet/diag gnet cli/out cli/line cli/server cli/client cli commands"
  third_party["asio"] = all
  third_party["boost"] = "gnet/fiber cli/line cli/control"  # Context; JSON
  third_party["openssl"] = "gnet/io gnet/http gnet/ws gnet/web"
  third_party["ares"] = "gnet/io"
  third_party["ldns"] = "gnet/dns"
  third_party["zlib"] = "gnet/http gnet/ws"
  third_party["brotli"] = "gnet/http"
  third_party["zstd"] = "gnet/http"
  third_party["crypt"] = "gnet/http"
  third_party["archive"] = "commands"
  third_party["archive_entry"] = "commands"
  third_party["qrencode"] = "commands"
  third_party["re2"] = "commands"
  third_party["histedit"] = "cli/client"
  third_party["zmq"] = "gnet/zmq"
  third_party["CLI"] = "cli/line"
  third_party["toml++"] = "cli/line"

  while ((getline file) > 0) {
    if (!(folder_of(file) in direct)) {
      line_number = 1
      complain("folder " folder_of(file) " has no row in tests/structure/includes.sh")
      continue
    }
    line_number = 0
    while ((getline line < file) > 0) {
      line_number++
      if (line ~ /^[ \t]*#[ \t]*include[ \t]*[<"]/) check(line)
    }
    close(file)
  }
  exit failed
}
' < "${TMPDIR:-/tmp}/gnet-includes.$$"
