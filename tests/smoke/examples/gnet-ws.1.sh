# gnet-ws(1)

# rpc: a server of JSON-RPC that answers what it is asked with that itself.
rpc() {
  program rpc << 'END'
while read -r request; do echo "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[$request]}"; done
END
  helper rpc exec-server wss-l://:443 --tls-cert server.pem --tls-key server.key --env-pass PATH -- ./rpc
}

example '--expect ping'
helper server ws-echo
run 0
contains out ping

example '"list"'
if certified; then
  rpc
  run 0
  same "$(tr -d ' \n' < out)" '[{"id":1,"method":"list"}]'
fi

example --jsonrpc
if certified; then
  rpc
  run 0
  tr -d ' ' < out > request
  contains request '"method":"subscribe","params":["trades","BTC"]'
fi

# The feed ends after each line.
example feed.ndjson
if certified; then
  program feed << 'END'
read -r first
echo "$first"
END
  helper feed exec-server wss-l://:443 --tls-cert server.pem --tls-key server.key -- ./feed
  mkfifo keys
  exec 7<> keys
  input=keys
  echo '{"old":1}' > feed.ndjson
  serve file:feed.ndjson
  until_true 'test $(wc -l < feed.ndjson) -ge 3'
  stop 143
  exec 7>&-
  same "$(cat feed.ndjson)" '{"old":1}
{"auth":"t"}
{"auth":"t"}'
fi
