#!/bin/sh
# The check of examples/README.md finds what it is there to find.
set -u
check=$(cd "$(dirname "$0")" && pwd)/examples.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/examples/tutorial"
cd "$tree/examples" || exit 1

cat > tutorial/one.cpp <<'PROGRAM'
int main() {
  first();
  second();
}
PROGRAM

failed=0

# page LINE…: writes the page.
page() { printf '%s\n' "$@" > README.md; }

# accepts WHAT: the check has nothing to say of the page.
accepts() {
  output=$(sh "$check" "$tree" 2>&1) && [ -z "$output" ] && return
  echo "complained of $1: $output" >&2
  failed=1
}

# finds WHAT TEXT: the check fails, and its output has the text in it.
finds() {
  output=$(sh "$check" "$tree" 2>&1) && { echo "did not find $1" >&2; failed=1; return; }
  case $output in *"$2"*) ;; *) echo "$1: said '$output'" >&2; failed=1 ;; esac
}

page '## [one](tutorial/one.cpp)' '```cpp' '  first();' '  second();' '```'
accepts 'a page that is true'

page '## [one](tutorial/one.cpp)' '```python' 'whatever' '```' '```cpp' 'int main() {' '```'
accepts 'what is in another language'

page '## [one](tutorial/one.cpp)' '```cpp' '  second();' '  first();' '```'
finds 'lines in another order' 'not in tutorial/one.cpp'

page '## [one](tutorial/one.cpp)' '```cpp' 'first();' '```'
finds 'a part of a line' 'README.md:4: not in tutorial/one.cpp'

page '```cpp' '  first();' '```' '[one](tutorial/one.cpp)'
finds 'a block of no program' 'no program is linked'

page '[one](tutorial/one.cpp) [two](tutorial/two.cpp)' '```cpp' 'int main() {' '```'
finds 'a link to nothing' 'no file tutorial/two.cpp'

page '[one](tutorial/one.cpp)'
finds 'a page without programs' 'no block'

touch tutorial/three.cpp
page '## [one](tutorial/one.cpp)' '```cpp' 'int main() {' '```'
finds 'a program that is left out' 'nothing is said of tutorial/three.cpp'

exit "$failed"
