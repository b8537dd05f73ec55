# gnet-run(1)

# The file is that of gnet.toml(5).
example --check
mkdir /srv/www
cp "$(grep -l '^name = "demo"' "$box"/others/gnet.toml.5.*)" gnet.toml
run 0
contains out /srv/www
echo 'colour = "red"' >> gnet.toml
run 2 "$(line 1)"
contains err gnet.toml

example '--only echo'
cat > gnet.toml << 'END'
[service.echo]
type = "echo-server"
port = 6011
[service.web]
type = "http-echo"
END
serve ready:gnet
same "$(wc -l < served.out)" 1
expect 0 gnet echo-client -n 1 ":$(cat served.out)"
expect 0 gnet wait-for --gone port:6001 port:6011

# A connection that is there stays, one that comes is served anew.
example 'kill -HUP'
printf '[service.echo]\ntype = "echo-server"\nport = 6011\n' > gnet.toml
helper server run gnet.toml --pid-file gnet.pid
mkfifo keys
gnet connect :6011 < keys > heard &
started="$started $!"
exec 7> keys
echo before >&7
await heard before
echo 'mode = "upper"' >> gnet.toml
run 0
until gnet connect :6011 --send ooxx --expect OOXX > /dev/null 2>&1; do :; done
echo after >&7
await heard after
exec 7>&-
