# When the reader of standard output has gone, the program ends quietly with 141.
. "$(dirname "$0")/prelude.sh"

status=0
gnet version >&- 2> err || status=$?
same "$status $(cat err)" "141 "

start echo-server -p 0 -4
{
  status=0
  gnet echo-client -n 0 -i 0 "127.0.0.1:$port" 2> err || status=$?
  echo "$status" > code
} | head -n 2 > lines
same "$(wc -l < lines)" 2
same "$(cat code) $(cat err)" "141 "
