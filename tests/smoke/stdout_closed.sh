# When the reader of standard output has gone, the program ends quietly with 141.
. "$(dirname "$0")/prelude.sh"

status=0
gnet version >&- 2> err || status=$?
same "$status $(cat err)" "141 "

# A full disk is an error, which is told where it still can be.
if [ -w /dev/full ]; then
  for arguments in version 'echo-server -p 0' 'echo-server tcp://:99999'; do
    status=0
    # shellcheck disable=SC2086
    gnet $arguments --json > /dev/full 2> err || status=$?
    [ "$status" = 9 ] || [ "$status" = 2 ] || fail "$arguments: $status"
    [ -s err ] || fail "$arguments: no word"
  done
fi

start echo-server -p 0 -4
{
  status=0
  gnet echo-client -n 0 -i 0 "127.0.0.1:$port" 2> err || status=$?
  echo "$status" > code
} | head -n 2 > lines
same "$(wc -l < lines)" 2
same "$(cat code) $(cat err)" "141 "
