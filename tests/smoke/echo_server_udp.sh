# Datagrams: UDP beside TCP on one port, every mode, and a unix datagram socket.
. "$(dirname "$0")/prelude.sh"

start echo-server -p 0 -4 --udp --json
same "$endpoints" "tcp://127.0.0.1:$port udp://127.0.0.1:$port"
same "$(peer datagram "127.0.0.1:$port" hello)" hello
same "$(peer pipe "127.0.0.1:$port" < /dev/null)" ""
kill -USR1 "$server"
await server.err '"datagrams":1'
stop

start echo-server udp-l://127.0.0.1:0 --mode upper
same "$(peer datagram "127.0.0.1:$port" hello)" HELLO

start echo-server udp-l://127.0.0.1:0 --mode chargen
same "$(peer datagram "127.0.0.1:$port" x | wc -c)" 444

start echo-server udp-l://127.0.0.1:0 --loss 100%
expect 1 gnet echo-client -n 2 -i 0 "udp://127.0.0.1:$port"
contains out "2 sent, 0 received, 2 lost"
