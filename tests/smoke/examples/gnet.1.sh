# gnet(1)

example 'help endpoints'
serve :6011 "$(line 1)"
servers=$server
serve sh:true "$(line 2)"
await served.out 'from 127.0.0.1:6011 seq=1'
stop 143
server=$servers
stop
run 0 "$(line 3)"
contains out 'tcp://'
