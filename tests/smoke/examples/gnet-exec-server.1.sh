# gnet-exec-server(1)

example vmstat
serve port:8080
expect 0 gnet http :8080/
contains out '<title>gnet exec-server</title>'
expect 0 gnet ws :8080 -n 1
contains out procs

example 'tcp-l://:7007'
serve port:7007
expect 0 sh -c 'echo hello | gnet connect :7007'
same "$(cat out)" hello

# A program that ends before three have come.
example ./ticker
program ticker << 'END'
echo "tick of $$"
END
serve port:9000 "$(line 1)"
run 0 "$(line 2)"
same "$(grep -c '^tick of ' out) $(sort -u out | wc -l)" "3 3"

example cgi-bin
mkdir cgi-bin www
echo page > www/index.html
program cgi-bin/hello << 'END'
printf 'Content-Type: text/plain\n\nhello\n'
END
serve port:8080
expect 0 gnet http :8080/hello
same "$(cat out)" hello
expect 0 gnet http :8080/
same "$(cat out)" page

# There is no place for a second user.
example /run/shell.sock
command -v bash > /dev/null || ln -s "$(command -v sh)" "$box/bin/bash"
serve 'sh:test -S /run/shell.sock'
mkfifo keys
gnet connect /run/shell.sock < keys > first &
first=$!
started="$started $first"
exec 7> keys
echo 'stty size; echo $((6 * 7))' >&7
await first 42
contains first '43 132'
run 0 'echo "echo $((7 * 7))" | gnet connect /run/shell.sock || :'
! grep -q 49 out || fail "two at a time"
echo exit >&7
exec 7>&-
wait "$first"
