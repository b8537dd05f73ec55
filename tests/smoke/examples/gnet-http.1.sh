# gnet-http(1)

# Healthy when it is asked again; what is not there does not get any healthier.
example /health
mkdir cgi
program cgi/health << END
echo "Content-Type: text/plain"
[ -e "$work/asked" ] || echo "Status: 503 Service Unavailable"
echo
echo >> "$work/asked"
END
helper server exec-server http-l://:8080 --cgi-dir cgi --env-pass PATH
run 0
same "$(wc -l < asked)" 2
kill "$helper" && wait "$helper"
helper server http-echo :8080 --route '/health=404:'
run 1

example n:=3
helper server http-echo :6001 --record -
run 0
same "$(cat out)" 200
grep '^{' server.out > record
contains record '"method":"POST","target":"/anything"'
contains record '{\"name\":\"gnet\",\"n\":3}'

# The server is killed in the middle of the file, and comes again.
example big.iso
if certified; then
  mkdir www
  head -c 3000000 /dev/urandom > www/big.iso
  tls='--tls-cert server.pem --tls-key server.key'
  helper server http-serve -p 443 $tls --rate-limit 100K www
  serve file:big.iso.part
  until_true 'test -s big.iso.part'
  kill -KILL "$helper" && wait "$helper" || :
  ends 8
  [ ! -e big.iso ] || fail "it is there, and cannot be"
  cp big.iso.part part
  helper server http-serve -p 443 $tls --access-log - www
  run 0
  cmp big.iso www/big.iso
  grep -q ' 206 ' server.out server.err || fail "all of it once more"
fi

example photo@cat.jpg
echo picture > cat.jpg
helper server http-echo :8000 --record -
run 0
grep '^{' server.out > record
contains record '"target":"/upload"'
contains record '"target":"/search?q=gnet&page=2"'
contains record 'name=\"title\"\r\n\r\nCat'
contains record 'filename=\"cat.jpg\"'
contains record 'picture\n'

example 'PUT :8000'
mkdir folder www got
echo text > folder/file
helper server http-serve -p 8000 --upload www
run 0 'cd folder' "$(line 1)"
tar xf www/backup.tar -C got
cmp folder/file got/file
