# The examples of gnet-exec-server(1), with ports of their own.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

# serve ARGS… -- CMD…: as start, whose options have to stand before the program.
serve() {
  rm -f ready
  mkfifo ready
  "$GNET" exec-server --for "$life" --die-with-parent --ready-fd 9 "$@" 9> ready > server.out 2>> server.err &
  server=$!
  started="$started $server"
  read -r endpoints < ready || fail "not ready: $*"
  port=$(expr "$endpoints" : '.*:\([0-9]*\)') || :
}

# What a command writes, in a browser.
cat > vmstat << 'END'
#!/bin/sh
echo "procs $1"
sleep 20
END
chmod +x vmstat
serve -p 0 -4 --devconsole -- ./vmstat 1
printf 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' | peer pipe "127.0.0.1:$port" > page
contains page '<title>gnet exec-server</title>'
expect 0 gnet ws ":$port" -n 1
contains out "procs 1"
stop
same "$status" 0

# An echo service.
serve tcp-l://:0 -- cat
same "$(echo hello | peer pipe "127.0.0.1:$port")" hello
stop

# One program for all who listen, started again when it ends.
cat > ticker << 'END'
#!/bin/sh
for i in 1 2 3 4 5 6 7 8 9 10; do echo "tick $i"; sleep 0.02; done
END
chmod +x ticker
serve ws-l://:0 --shared=restart -- ./ticker
expect 0 gnet ws ":$port" -n 3
[ "$(grep -c '^tick ' out)" = 3 ] || fail "not three: $(cat out)"
stop

# CGI programs beside files.
mkdir cgi-bin www
echo page > www/index.html
cat > cgi-bin/hello << 'END'
#!/bin/sh
printf 'Content-Type: text/plain\n\nhello\n'
END
chmod +x cgi-bin/hello
serve http-l://:0 --dir cgi-bin --static www
expect 0 gnet http ":$port/hello"
same "$(cat out)" hello
expect 0 gnet http ":$port/"
same "$(cat out)" page
stop

# A shell in a terminal.
serve "unix-l://$work/shell.sock" --pty=132x43 --max-procs 1 -- sh
printf 'stty size; exit\n' | peer pipe "$work/shell.sock" | tr -d '\r' > shell
contains shell "43 132"
stop
