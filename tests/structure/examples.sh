#!/bin/sh
# examples.sh TREE: checks that examples/README.md tells the truth. Each block of C++ is found, line
# for line, in the program that was linked last before it; each program of the tutorial is linked.
set -eu
cd "$1/examples"

awk '
function complain(text) {
  printf "examples/README.md:%d: %s\n", FNR, text
  failed = 1
}

function content(file,    text, line) {
  if (file in contents) return contents[file]
  text = "\n"
  while ((getline line < file) > 0) text = text line "\n"
  close(file)
  return contents[file] = text
}

/^```cpp$/ {
  inside = 1
  block = "\n"
  start = FNR
  next
}

/^```$/ && inside {
  inside = 0
  blocks++
  if (file == "") complain("no program is linked before this block")
  else if (index(content(file), block) == 0) complain("not in " file ", line for line: the block from line " start)
  next
}

inside {
  block = block $0 "\n"
  next
}

# The last link to a program in the line.
match($0, /.*\]\([^)]*\.cpp\)/) {
  file = substr($0, RSTART, RLENGTH)
  sub(/.*\(/, "", file)
  sub(/\)$/, "", file)
  linked[file] = 1
  if (content(file) == "\n") complain("no file " file)
}

END {
  if (blocks == 0) complain("there is no block of C++")
  while (("ls tutorial/*.cpp" | getline file) > 0) {
    if (!(file in linked)) complain("nothing is said of " file)
  }
  exit failed
}
' README.md
