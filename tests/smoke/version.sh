# The version, for people and for programs.
. "$(dirname "$0")/prelude.sh"

expect 0 gnet --version
grep -q '^gnet [0-9]*\.[0-9]*\.[0-9]*$' out || fail "$(cat out)"
cp out first
expect 0 gnet -V
cmp out first
expect 0 gnet version
cmp out first
expect 0 gnet echo-server --version
cmp out first
expect 0 gnet --version --json
contains out '{"name":"gnet","version":"'

# A link named after a command is that command.
ln -s "$GNET" gnet-version
./gnet-version --json > out
contains out '"version":'
