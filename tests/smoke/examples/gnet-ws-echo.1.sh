# gnet-ws-echo(1)

example xdg-open
serve port:6012 "$(line 1)"
run 0 "$(line 2)"
contains out '<title>gnet ws-echo'
expect 0 gnet ws :6012 --send hello --expect hello

# Who looks on hears what comes, if it is the right page.
example app.log
: > app.log
serve port:8090
gnet ws :8090 --origin http://localhost:3000 -n 1 -w -1 < /dev/null > heard &
started="$started $!"
until [ -s heard ]; do env echo something >> app.log; done
same "$(cat heard)" something
expect 7 gnet ws :8090 --origin http://localhost:4000 -n 1

example --greeting
serve port:6012
mkfifo keys
gnet ws :6012 -n 2 < keys > first &
first=$!
started="$started $first"
exec 7> keys
await first welcome
gnet ws :6012 -n 2 -w -1 < /dev/null > second 7>&- &
second=$!
started="$started $second"
await second welcome
echo hello >&7
wait "$second"
same "$(cat second)" "welcome
hello"
same "$(cat first)" welcome
exec 7>&-
