# Whoever does not read what a server writes stops nobody else.
. "$(dirname "$0")/prelude.sh"

# fill FILE: leaves no room in a FIFO.
fill() { dd if=/dev/zero of="$1" bs=4096 count=1024 oflag=nonblock 2> /dev/null || :; }

mkfifo server.out
exec 8<> server.out

# Events on standard output.
start echo-server -p 0 -4 --json --drain-timeout 100ms
fill server.out
same "$(peer echo "127.0.0.1:$port" 20)" 20
stop TERM
same "$status" 9
contains server.err "nobody reads standard output: the last events are lost"

# The second signal does not wait.
timeout 1 cat <&8 > /dev/null || :
start echo-server -p 0 -4 --json --drain-timeout 1h --ready-file alive
fill server.out
same "$(peer echo "127.0.0.1:$port" 20)" 20
kill -TERM "$server"
while [ -e alive ]; do :; done
stop TERM
same "$status" 143

# Whoever reads late misses nothing.
exec 8<&-
exec 8<> server.out
start echo-server -p 0 -4 --json
same "$(peer echo "127.0.0.1:$port" 800)" 800
kill -TERM "$server"
sed '/"stopped"/q' <&8 > events
finish
same "$status" 0
same "$(grep -c '"event":"accept"' events) $(grep -c '"event":"close"' events)" "800 800"

# Counters, fibers and the log on standard error.
exec 8<&-
rm server.out server.err
mkfifo server.err
exec 8<> server.err
fill server.err
start echo-server -p 0 -4 -v
kill -USR1 "$server"
same "$(peer drip "127.0.0.1:$port" 3)" 123
stop QUIT
same "$status" 131
