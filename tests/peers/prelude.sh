# What the tests with other people's programs share, beside what smoke tests do. A test starts with:
#
#   . "$(dirname "$0")/prelude.sh"
#   need curl
. "$(dirname "$0")/../smoke/prelude.sh"

unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY 2> /dev/null || :

# need PROGRAM…: the test is skipped where one of them is not there.
need() {
  for program; do
    command -v "$program" > /dev/null || { echo "$program is missing: skipped" >&2; exit 77; }
  done
}

# node_packages: the test is skipped without Node and the packages that tests use, which are fetched
# once, into the folder $PEERS_MODULES.
node_packages() {
  need node npm
  : "${PEERS_MODULES:?set PEERS_MODULES to a folder for packages of Node}"
  mkdir -p "$PEERS_MODULES"
  exec 7> "$PEERS_MODULES/lock"
  flock 7
  [ -d "$PEERS_MODULES/node_modules/undici" ] ||
    npm install --prefix "$PEERS_MODULES" --no-save --no-audit --no-fund --ignore-scripts --loglevel error \
      --fetch-retries 0 --fetch-timeout 20000 --cache "$work/cache" ws@8 undici@6 > npm.out 2>&1 ||
    { echo "npm fetches nothing: skipped: $(tail -n 1 npm.out)" >&2; exit 77; }
  exec 7>&-
}

# certificate NAME: NAME.pem and NAME.key, self-signed, for localhost.
certificate() {
  need openssl
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=$1" \
    -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout "$1.key" -out "$1.pem" 2> /dev/null
}

# stops_well: the server ends as it should, and nothing in its log is an error.
stops_well() {
  stop TERM
  same "$status" 0
  ! grep -E 'error|exception' server.err >&2 || fail "an error in the log"
}
