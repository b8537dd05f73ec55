# Uploads that are interrupted: what stays of them, and what does not.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

mkdir www
head -c 3000000 /dev/zero | tr '\0' x > all
head -c 1000000 all > first
head -c 2000000 all > rest
code() { curl -s -D head -o body -w '%{http_code}' "$@"; }
field() { sed -n "s/^$1: //p" head | tr -d '\r'; }
nothing_else() { same "$(ls -A www)" "$1"; }
start http-serve -p 0 -4 -A www
site=http://127.0.0.1:$port

# draft-ietf-httpbis-resumable-upload.
same "$(code -X OPTIONS "$site/a")" 204
same "$(field Accept-Patch)" application/partial-upload
same "$(code -T first -H 'Upload-Complete: ?0' -H 'Upload-Length: 3000000' "$site/a")" 201
place=$(field Location)
[ ! -e www/a ] || fail "half of it is there"
same "$(code -I "$site$place")" 204
same "$(field Upload-Offset)" 1000000
append() {
  code -X PATCH --data-binary @rest -H 'Content-Type: application/partial-upload' \
    -H 'Upload-Complete: ?1' -H "Upload-Offset: $1" "$site$place"
}
same "$(append 5)" 409
same "$(append 1000000)" 201
same "$(field Location)" /a
cmp all www/a
same "$(code -I "$site$place")" 404

# Parts, by Content-Range.
same "$(code -T first -H 'Content-Range: bytes 0-999999/3000000' "$site/b")" 202
same "$(field Range)" bytes=0-999999
same "$(code -T rest -H 'Content-Range: bytes 1000000-2999999/3000000' "$site/b")" 201
cmp all www/b
nothing_else "a
b"

# A part that does not fit leaves what is there; an empty file has no parts.
printf 01234 > five
same "$(code -T five -H 'Content-Range: bytes 5-9/10' "$site/parts")" 409
same "$(field Range)" ''
same "$(code -T five -H 'Content-Range: bytes 0-4/10' "$site/parts")" 202
same "$(code -T five -H 'Content-Range: bytes 5-9/11' "$site/parts")" 409
same "$(field Range)" bytes=0-4
same "$(code -T five -H 'Content-Range: bytes 5-9/10' "$site/parts")" 201
same "$(cat www/parts)" 0123401234
same "$(code -X PUT -H 'Content-Range: bytes */0' "$site/empty")" 201
[ -e www/empty ] && [ ! -s www/empty ] || fail "no empty file"
rm www/parts www/empty

# A client that leaves in the middle.
{ printf 'PUT /c HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n'; cat first; } |
  peer pipe "127.0.0.1:$port" > /dev/null 2>&1 || :
tries=0
until [ "$(ls -A www | grep -c part)" = 0 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 20000 ] || fail "something stays: $(ls -A www)"
done

# What is unfinished goes when the server does.
same "$(code -T first -H 'Upload-Complete: ?0' "$site/d")" 201
[ "$(ls -A www | grep -c part)" = 1 ] || fail "nothing is kept"
stop
same "$status" 0
[ "$(ls -A www | grep -c part)" = 0 ] || fail "something stays: $(ls -A www)"

# A disk that is full: here a limit on the size of files.
rm -f www/*
(
  ulimit -f 2000 # blocks of 512 bytes, or of 1024
  start http-serve -p 0 -4 -A www
  site=http://127.0.0.1:$port
  same "$(code -T all "$site/e")" 507
  same "$(code -F file=@all "$site/")" 507
  same "$(ls -A www)" ""
  same "$(code -T first "$site/f")" 201
  stop
)
