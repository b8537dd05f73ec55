# Each mode answers as its RFC says.
. "$(dirname "$0")/prelude.sh"

answer() {  # answer MODE TEXT: what a server in this mode makes of a text
  start echo-server -p 0 -4 --mode "$1"
  printf "$2" | peer pipe "127.0.0.1:$port"
}

same "$(answer echo 'hello')" hello
same "$(answer upper 'hello')" HELLO
same "$(answer line 'one\ntwo')" "one
two"
same "$(answer discard 'hello')" ""
same "$(answer time '' | wc -c)" 4
answer daytime '' | grep -q "^[A-Z][a-z]*day, .* 20[0-9][0-9] ..:..:..-UTC" || fail "no daytime"

start echo-server -p 0 -4 --mode chargen --close-after 148
peer pipe "127.0.0.1:$port" < /dev/null > lines
same "$(wc -c < lines)" 148
same "$(head -c 72 lines)" ' !"#$%&'"'"'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefg'

start echo-server -p 0 -4 --banner 'welcome' --chunk 2 --log-data text
same "$(printf hello | peer pipe "127.0.0.1:$port" | tr -d '\r')" "welcome
hello"
await server.err "data: hello"

# Whoever has enough of a stream without end just goes.
start echo-server -p 0 -4 --mode chargen --once
peer reset "127.0.0.1:$port"
finish
same "$status" 0
! grep -q "nobody handled" server.err || fail "an error that is none: $(cat server.err)"

# A peer that reads as fast as it can keeps the server from nothing else.
start echo-server -p 0 -4 --threads 1 --mode chargen --drain-timeout 100ms
peer pipe "127.0.0.1:$port" < /dev/null > /dev/null 2>&1 &
started="$started $!"
await_active 1
stop TERM
same "$status" 10
