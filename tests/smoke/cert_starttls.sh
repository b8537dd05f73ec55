# gnet cert behind STARTTLS: eight protocols, and servers that do not do as they should.
. "$(dirname "$0")/prelude.sh"
command -v openssl > /dev/null || { echo "openssl is missing: skipped" >&2; exit 77; }
command -v python3 > /dev/null || { echo "python3 is missing: skipped" >&2; exit 77; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out cert.pem 2> /dev/null
pin=$(gnet cert pin cert.pem)

# serve KIND…: servers of these kinds. Sets $ports.
mkfifo keep ports
exec 8<> keep
serve() {
  python3 "$here/start_tls_peer.py" cert.pem key.pem "$@" < keep > ports 2> peer.err 8>&- &
  started="$started $!"
  read -r ports < ports
}

protocols="smtp imap pop3 ftp xmpp ldap postgres mysql"
# shellcheck disable=SC2086
serve $protocols
for protocol in $protocols; do
  port=${ports%% *}
  ports=${ports#* }
  expect 0 gnet cert show --ca cert.pem "$protocol://127.0.0.1:$port"
  contains out 'believed    yes'
  contains out 'names       localhost, 127.0.0.1'
  expect 0 gnet cert pin "127.0.0.1:$port" --starttls "$protocol"
  same "$(cat out)" "$pin"
  expect 1 gnet cert check "$protocol://127.0.0.1:$port"
  contains out 'self-signed certificate'
  expect 0 gnet cert show -k --probe "$protocol://127.0.0.1:$port" --json
  contains out '"name":"1.3","agreed":true'
  # Without it there is no TLS, or nothing at all.
  status=0
  gnet cert show -k --connect-timeout 200ms ":$port" > out 2> err || status=$?
  case $status in 5 | 6) ;; *) fail "$protocol: $status" ;; esac
done

# fails STATUS TEXT KIND…: each of these ends so, with this in its message, which is one line and safe.
fails() {
  wanted=$1 text=$2
  shift 2
  serve "$@"
  for kind in "$@"; do
    port=${ports%% *}
    ports=${ports#* }
    expect "$wanted" gnet cert show -qk --connect-timeout "${limit:-10s}" "${kind%%-*}://127.0.0.1:$port"
    contains err "$text"
    same "$(grep -c '^gnet cert: ' err)" 1
    ! grep -q "$(printf '\033')" err || fail "$kind: control characters"
  done
}
fails 7 'refuses TLS' smtp-refuses imap-refuses pop3-refuses ftp-refuses xmpp-refuses ldap-refuses \
  postgres-refuses mysql-refuses
fails 7 'does not offer TLS' smtp-silent xmpp-silent mysql-silent
fails 7 'no server of' smtp-garbage imap-garbage pop3-garbage ftp-garbage xmpp-garbage ldap-garbage \
  mysql-garbage
fails 7 'does not end' smtp-endless imap-endless ftp-endless xmpp-endless
fails 7 'in the clear' smtp-injects imap-injects pop3-injects ftp-injects xmpp-injects ldap-injects \
  postgres-injects postgres-garbage
# Where the client speaks last before TLS it cannot know: it is no TLS then.
fails 6 'does not speak TLS' mysql-injects
fails 7 'has ended the connection' smtp-closes imap-closes pop3-closes ftp-closes xmpp-closes \
  ldap-closes postgres-closes mysql-closes
limit=200ms
fails 5 'timed out' smtp-hangs imap-hangs pop3-hangs ftp-hangs xmpp-hangs ldap-hangs postgres-hangs \
  mysql-hangs
