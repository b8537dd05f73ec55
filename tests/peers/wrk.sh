# wrk: many requests on each connection, one after the other and sixteen at once.
. "$(dirname "$0")/prelude.sh"
need wrk

start http-echo -p 0 -4
site=http://127.0.0.1:$port
run() {
  wrk -t 1 -c 40 -d 1 --timeout 20s "$@" > out 2>&1 || fail "wrk $*: $(cat out)"
  ! grep -E 'Socket errors|Non-2xx' out >&2 || fail "wrk $*"
  grep -Eq '[1-9][0-9]* requests in' out || fail "$(cat out)"
}
run "$site/hello"
cat > pipelined.lua << 'LUA'
init = function(args)
  local all = {}
  for i = 1, 16 do
    if i % 4 == 0 then
      all[i] = wrk.format("POST", "/status/200", nil, "body")
    else
      all[i] = wrk.format("GET", "/hello")
    end
  end
  many = table.concat(all)
end
request = function() return many end
LUA
run -s pipelined.lua "$site"
stops_well
