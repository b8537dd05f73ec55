# gnet-ctl(1)

example 'gnet ctl shutdown'
run 0 "$(line 1)"
gnet connect -d "$(gnet ctl endpoints echo | head -n 1)" > heard &
started="$started $!"
until_true 'gnet ctl conns | grep -q tcp:'
run 0 "$(line 2)"
contains out 'demo (gnet echo-server'
run 0 "$(line 3)"
await heard hello
run 0 "$(line 4)" 'gnet wait-for "port:$port"'
run 0 "$(line 5)"
expect 0 gnet wait-for --gone ready:demo -t "$life"

example 'select(.state'
cat > gnet.toml << 'END'
[service.one]
type = "echo-server"
port = 0
[service.two]
type = "echo-server"
port = 0
END
helper servers run gnet.toml
helper server echo-server :0 --name three
run 0
same "$(cat out)" ""
expect 0 gnet ctl stop two --name gnet --wait
run 0
same "$(cat out)" two

example 'ctl add files'
mkdir /srv/www
echo page > /srv/www/index.html
helper server echo-server :0 --name demo
run 0
contains out 8080
expect 0 gnet http :8080/
same "$(cat out)" page
expect 0 gnet ctl list
contains out files
