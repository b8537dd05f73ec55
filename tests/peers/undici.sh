# undici, the client of Node that pipelines: sixteen requests before the first answer.
. "$(dirname "$0")/prelude.sh"
node_packages
start http-echo -p 0 -4
node "$here/undici.mjs" "http://127.0.0.1:$port"
stops_well
