# Bodies that are compressed: beforehand, or on the fly.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }
command -v gzip > /dev/null || { echo "gzip is missing: skipped" >&2; exit 77; }

mkdir www
i=0
while [ $i -lt 500 ]; do echo "line $i of a text"; i=$((i + 1)); done > www/text.txt
printf small > www/small.txt
printf 'as brotli' > www/small.txt.br
start http-serve -p 0 -4 www
site=http://127.0.0.1:$port

curl -s -D head -o body -H 'Accept-Encoding: gzip' "$site/text.txt"
contains head 'Content-Encoding: gzip'
contains head 'Vary: Accept-Encoding'
gzip -dc < body | cmp - www/text.txt || fail "not the same text"
curl -s -D head -o body "$site/text.txt"
contains head 'Vary: Accept-Encoding'
! grep -q Content-Encoding head || fail "compressed for who does not want it"
cmp body www/text.txt
curl -s -D head -o body -r 0-9 -H 'Accept-Encoding: gzip' "$site/text.txt"
contains head '206 Partial Content'
! grep -q Content-Encoding head || fail "a range was compressed"
same "$(curl -s -H 'Accept-Encoding: br' "$site/small.txt")" 'as brotli'
same "$(curl -s -H 'Accept-Encoding: gzip' "$site/small.txt")" small
stop

start http-serve -p 0 -4 --compress off --precompressed off www
site=http://127.0.0.1:$port
curl -s -D head -o body -H 'Accept-Encoding: br, gzip' "$site/text.txt"
! grep -q -e Content-Encoding -e Vary head || fail "it is off"
same "$(curl -s -H 'Accept-Encoding: br' "$site/small.txt")" small
stop
