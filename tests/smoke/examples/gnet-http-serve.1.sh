# gnet-http-serve(1)

example 'gnet http-serve'
echo page > index.html
serve port:8080
expect 0 gnet http :8080/
same "$(cat out)" page

example --auth-file
if certified; then
  mkdir /srv/drop
  echo 'ada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=' > users  # "secret"
  serve port:8080
  expect 1 gnet http -k -f PUT https://localhost:8080/new -d text
  [ ! -e /srv/drop/new ] || fail "anybody may write"
  expect 0 gnet http -k -f PUT https://localhost:8080/new -d text -a ada:secret
  same "$(cat /srv/drop/new)" text
  expect 0 gnet http -k https://localhost:8080/new
  same "$(cat out)" text
fi

example --spa
mkdir -p dist/assets
echo page > dist/index.html
echo script > dist/assets/app.js
echo none > dist/robots.txt
serve port:8080
expect 0 gnet http :8080/users/7 -H 'Accept: text/html' -w '%header{cache-control}\n'
contains out page
! grep -q immutable out || fail "a page that never changes"
expect 0 gnet http :8080/robots.txt -w '%header{cache-control}\n'
contains out 'max-age=300'
expect 0 gnet http :8080/assets/app.js -w '%header{cache-control}\n'
contains out script
contains out immutable

# The picture is that of an address which others can reach.
example --qr
mkdir pictures
ip addr add 192.0.2.1/24 dev lo
serve 192.0.2.1:8080
expect 0 gnet http -f PUT 192.0.2.1:8080/cat.jpg -d picture
same "$(cat pictures/cat.jpg)" picture
expect 0 gnet http -f '192.0.2.1:8080/?archive=tar' -o pictures.tar
contains pictures.tar picture
stop
helper server http-serve --bind 192.0.2.1 --qr pictures
[ -s served.out ] || fail "no picture"
cmp served.out server.out

example backup.tar
mkdir folder got
echo text > folder/file
serve port:8080 'cd folder' "$(line 1)"
expect 0 gnet http -f :8080/ -i -o backup.tar
ends 0
tar xf backup.tar -C got
cmp folder/file got/file
