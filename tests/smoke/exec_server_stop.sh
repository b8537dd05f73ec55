# gnet exec-server is stopped with 200 programs, a quarter of which ignore SIGTERM: all end in its time.
. "$(dirname "$0")/prelude.sh"

# alive: how many of the processes in pids are there, and no zombies.
alive() {
  count=0
  while read -r pid; do
    if [ -e "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2> /dev/null; then count=$((count + 1)); fi
  done < pids
  echo "$count"
}

for options in "" "--idle-timeout 50s"; do  # the connection itself, and pipes
  : > pids
  # shellcheck disable=SC2086  # words
  start exec-server tcp-l://127.0.0.1:0 --max-procs 200 --drain-timeout 6s --drain-quiet 100ms $options --json \
    --sh 'echo $$ >> pids; [ $((GNET_SESSION % 4)) = 0 ] && trap "" TERM; printf x; exec sleep 60'
  hold 200
  same "$(alive)" 200
  begin=$(date +%s%3N)
  stop
  took=$(($(date +%s%3N) - begin))
  same "$status" 0
  [ "$took" -lt 8000 ] || fail "it took $took ms"
  same "$(alive)" 0
  same "$(grep -c '"event":"exit"' server.out)" 200
  same "$(grep -c '"signal":15' server.out)" 150
  same "$(grep -c '"signal":9' server.out)" 50
  kill "$holder"
done
