# gnet-wait-for(1)

example tcp://db:5432
program app << 'END'
echo "app $*"
END
serve sh:true
helper db echo-server :5432
[ ! -s served.out ] || fail "one is missing, and it has started"
helper web http-echo :80
ends 0
same "$(cat served.out)" "app --serve"

# The program has something to do before it ends.
example --gone
mkfifo ready
sh -c 'trap "sleep 0.2; echo done > done; exit" TERM; echo > ready; while :; do sleep 0.01; done' &
pid=$!
started="$started $pid"
read -r word < ready
run 0 "pid=$pid" "$(line 1)" 'cat done'
same "$(cat out)" "done"

example --any
helper server echo-server '[::1]:8080'
run 0
kill "$helper" && wait "$helper"
helper server echo-server -U /run/x.sock
run 0

example --stable
helper server http-echo :8080 --route '/health=200:{"status": "ok"}' --record -
run 0
same "$(grep -c '"target":"/health"' server.out)" 3
