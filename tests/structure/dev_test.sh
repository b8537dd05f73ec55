#!/bin/sh
# dev_test.sh DEV: the script ./dev in an empty tree, with stand-ins for apt, cmake and ninja that
# write down how they were called.
set -eu
dev=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/bin"
cp "$dev" "$tree/dev"
cd "$tree"
unset GNET_WERROR GNET_PACKAGES

# stand_in NAME: a program that logs its arguments and then does what standard input says.
stand_in() {
  { echo '#!/bin/sh'; echo "echo $1 \"\$*\" >> '$tree/calls'"; cat; } > "bin/$1"
  chmod +x "bin/$1"
}

for tool in bash basename cat chmod cp dirname env flock grep mkdir mktemp mv rm sh tail tee; do
  ln -s "$(command -v "$tool")" "bin/$tool"
done
PATH=$tree/bin
export PATH

# run STATUS ARGUMENTS…: ./dev with these must exit so; leaves its output in out and err.
run() {
  expected=$1
  shift
  status=0
  ./dev "$@" > out 2> err || status=$?
  [ "$status" -eq "$expected" ] || fail "dev $*: exit status $status, not $expected"
}

fail() {
  echo "$*" >&2
  tail -n 50 out err calls >&2 || :
  exit 1
}

silent() { [ ! -s "$1" ] || fail "something on $1"; }
says() { grep -q -e "$2" "$1" || fail "$1 does not say: $2"; }

# No verb, and a verb that does not exist.
run 2
silent out
run 2 frobnicate
run 0 --help
says out 'usage:'

# Without apt: what to install, and nothing is run.
run 2 run echo-server
silent out
says err '^  g++$'
says err '^  libboost-context1.81-dev$'
[ ! -e calls ] || fail "something was called"

# Without the packages: one update, one install, then the build, then the tool itself.
stand_in dpkg-query <<'SH'
SH
stand_in sudo <<'SH'
exec "$@"
SH
stand_in apt-get <<'SH'
echo "apt noise"
[ "$1" = update ] || [ "$DEBIAN_FRONTEND" = noninteractive ]
SH
stand_in apt-cache <<'SH'
[ "$2" != libboost-context1.81-dev ]
SH
stand_in cmake <<'SH'
mkdir -p build/release
: > build/release/build.ninja
: > build/release/CMakeCache.txt
echo "cmake noise"
SH
stand_in ninja <<'SH'
echo "[1/9] ninja noise"
cat > "$2/gnet" <<'TOOL'
#!/bin/sh
printf '<%s>' "$@"
cat
echo "tool error" >&2
exit 7
TOOL
chmod +x "$2/gnet"
SH
status=0
echo "from stdin" | ./dev run 'two words' '' -- --flag > out 2> err || status=$?
[ "$status" -eq 7 ] || fail "the exit status of the tool is $status"
[ "$(cat out)" = "<two words><><--><--flag>from stdin" ] || fail "wrong standard output"
says err 'tool error'
grep -q noise err && fail "noise on standard error"
[ "$(grep -c '^apt-get update' calls)" -eq 1 ] || fail "no single update"
[ "$(grep -c '^apt-get install' calls)" -eq 1 ] || fail "no single installation"
says calls 'apt-get install .* g++ cmake .* libboost-context-dev libboost-test1.81-dev'

# The second time: no package check, no configuring, not a word.
: > calls
run 7 run
[ "$(cat calls)" = "ninja -C $tree/build/release gnet_tool" ] || fail "needless calls"

# A build that fails: its output on standard error, and the old tool is not run.
stand_in ninja <<'SH'
echo "the compiler's complaint"
exit 1
SH
run 1 run
silent out
says err "the compiler's complaint"
run 1 build

# A package that apt refuses.
stand_in apt-get <<'SH'
echo "E: no such package"
exit 100
SH
rm build/.packages*
run 2 build
says err 'E: no such package'
