# The access log: a line for each connection that has ended.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -4 -U "$work/s.sock" --access-log log \
  --access-format '$remote_addr $server_port $protocol $status $bytes_received/$bytes_sent $reason'
printf hello | peer pipe "127.0.0.1:$port" > /dev/null
await log "127.0.0.1 $port TCP 200 5/5 eof"
printf hello! | peer pipe "$work/s.sock" > /dev/null
await log "unix: - UNIX 200 6/6 eof"
peer reset "127.0.0.1:$port"
await log " 499 "
expect 0 gnet echo-client -n 3 -i 0 "127.0.0.1:$port"
await log " TCP 200 12/12 eof"
same "$(wc -l < log)" 4

# After logrotate has moved it away.
for signal in HUP USR2; do
  mv log old
  kill -"$signal" "$server"
  printf hello | peer pipe "127.0.0.1:$port" > /dev/null
  # The line that is written next goes to one of the two, the one after it to the new one.
  until [ -s log ]; do printf hello | peer pipe "127.0.0.1:$port" > /dev/null; done
done
stop
same "$status" 0

# Who is refused has a line, too.
start echo-server -p 0 -4 --deny 127.0.0.0/8 --access-log denied \
  --access-format '$remote_addr $server_port $status $bytes_received/$bytes_sent $reason'
peer pipe "127.0.0.1:$port" < /dev/null > /dev/null
await denied "127.0.0.1 $port 403 0/0 denied"
start echo-server -p 0 -4 --max-per-ip 1 --access-log limited --access-format '$connection $status $reason'
hold 1
peer pipe "127.0.0.1:$port" < /dev/null > /dev/null
await limited "- 503 too many connections of this address"

# "-" is stderr, and stdout has the events alone.
start echo-server -p 0 -4 --once --json --access-log - --access-format json
printf hello | peer pipe "127.0.0.1:$port" > /dev/null
finish
await server.err '"rx_bytes":5,"tx_bytes":5'
same "$(grep -c rx_bytes server.out)" 1

# Off costs a file nobody asked for.
start echo-server -p 0 -4 --once --access-log off
printf hello | peer pipe "127.0.0.1:$port" > /dev/null
finish
[ ! -e off ] || fail "a file 'off'"

expect 2 gnet echo-server -p 0 --access-format '$remote_adr $status'
contains err "for --access-format: unknown variable '\$remote_adr'; did you mean '\$remote_addr'?"
expect 2 gnet echo-server -p 0 --access-format combind
expect 9 gnet echo-server -p 0 --access-log "$work/no/such/folder"

# Lines that nobody has read at the end are counted, so that nobody takes the log for complete.
mkfifo stalled
exec 7<> stalled
start echo-server -p 0 -4 --access-log stalled --threads 1
peer echo "127.0.0.1:$port" 900 > /dev/null
peer echo "127.0.0.1:$port" 900 > /dev/null
: > server.err
stop
lost=$(sed -n 's/.* log [a-z]*: \([0-9]*\) lines of stalled are lost.*/\1/p' server.err)
[ "${lost:-0}" -gt 0 ] || fail "nothing is said: $(cat server.err)"
exec 6< stalled 7>&-
same "$(($(wc -l <&6) + lost))" 1800
