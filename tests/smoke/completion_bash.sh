# Completion in a bash on a terminal of its own, as people meet it: with bash-completion and without.
. "$(dirname "$0")/prelude.sh"
for program in bash script; do
  command -v "$program" > /dev/null || { echo "$program is missing: skipped" >&2; exit 77; }
done

gnet completion bash > completion
mkdir -p tls/chains
: > tls/chain.pem
: > tls/sock
cat > rc << 'RC'
PS1=
[ -z "$MORE" ] || . "$MORE"
. ./completion
# The line as it stands when Enter comes.
gnet() { if [ "$1" = __complete ]; then "$GNET" "$@"; else printf '<%s>\n' "$*"; fi; }
RC

# typed TEXT LINE: with this typed, TAB, and Enter, that is the command line.
typed() {
  printf 'gnet %s\t\n' "$1" >> keys
  printf '<%s>\n' "$2" >> wanted
}

more=/usr/share/bash-completion/bash_completion
for MORE in "" "$([ ! -r "$more" ] || echo "$more")"; do
  export MORE GNET
  : > keys
  : > wanted
  typed "echo-server --mode=di" "echo-server --mode=discard"
  typed "echo-server --mode di" "echo-server --mode discard"
  typed "echo-server --log-level=de" "echo-server --log-level=debug"
  typed "echo-server --tls-cert=tls/chain." "echo-server --tls-cert=tls/chain.pem"
  typed "echo-server --tls-cert tls/chain." "echo-server --tls-cert tls/chain.pem"
  typed "echo-server --chroot=tls/ch" "echo-server --chroot=tls/chains/"
  typed "echo-server abs" "echo-server abstract://"
  typed "echo-server unix://$PWD/tls/so" "echo-server unix://$PWD/tls/sock"
  typed "echo-server --listen=unix://$PWD/tls/so" "echo-server --listen=unix://$PWD/tls/sock"
  typed "echo-server tcp-l://[::1]:0 --mode di" "echo-server tcp-l://[::1]:0 --mode discard"
  typed "echo-server --listen tcp-l://127.0.0.1:0 --mode=di" \
    "echo-server --listen tcp-l://127.0.0.1:0 --mode=discard"
  # The end of what is typed alone does not always end a bash: a terminal that changes its mode
  # meanwhile forgets it.
  echo exit >> keys
  TERM=dumb script -qec "bash --noprofile --rcfile rc -i" /dev/null < keys > seen 2>&1 || :
  tr -d '\r' < seen | grep '^<' > got || :
  cmp -s got wanted || fail "($MORE) wanted: $(cat wanted) seen: $(cat -v seen)"
done
