# Folders as one file, and codes of their addresses.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }
command -v python3 > /dev/null || { echo "python3 is missing: skipped" >&2; exit 77; }

mkdir -p www/docs/empty
printf hello > www/docs/a.txt
printf hidden > www/docs/.b
printf secret > secret
ln -s ../../secret www/docs/out
head -c 3000000 /dev/zero | tr '\0' x > www/docs/large.bin
printf 1 > "www/docs/Grüße.txt"
start http-serve -p 0 -4 --archive zip,tar,tgz --qr www
site=http://127.0.0.1:$port

# What an archive holds: names and sizes.
cat > list.py << 'PY'
import io, sys, tarfile, zipfile
data = sys.stdin.buffer.read()
if data[:2] == b'PK':
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    assert all(i.compress_type == zipfile.ZIP_STORED for i in archive.infolist())
    found = [(i.filename.rstrip('/'), i.file_size) for i in archive.infolist()]
else:
    archive = tarfile.open(fileobj=io.BytesIO(data))
    found = [(i.name, i.size) for i in archive]
for name, size in sorted(found):
    sys.stdout.buffer.write(f'{name} {size}\n'.encode())
PY
cat > wanted << 'END'
docs 0
docs/Grüße.txt 1
docs/a.txt 5
docs/empty 0
docs/large.bin 3000000
END
for kind in tar tgz zip; do
  curl -sf -D head "$site/docs/?archive=$kind" | python3 list.py > found
  cmp found wanted || fail "$kind: $(cat found)"
  contains head "filename=\"docs.$kind\""
done
curl -sf "$site/?archive=zip" | python3 list.py > found
contains found 'www/docs/a.txt 5'
curl -s -I "$site/docs/?archive=tgz" > head
contains head 'Content-Type: application/gzip'

# Several at a time.
pids=
for i in 1 2 3 4 5 6; do
  curl -sf "$site/docs/?archive=zip" > "zip.$i" &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid" || fail "an archive did not come"; done
for i in 1 2 3 4 5 6; do
  python3 list.py < "zip.$i" | cmp - wanted || fail "archive $i is not whole"
done

# The page has links to them, and the code; on the terminal it is as well.
curl -sf -H 'Accept: text/html' "$site/docs/" > page
contains page 'href="?archive=tgz"'
contains page '<svg xmlns='
await server.out '▄'
stop
same "$status" 0

start http-serve -p 0 -4 www
site=http://127.0.0.1:$port
curl -s -H 'Accept: text/html' "$site/docs/?archive=zip" > page
contains page '<title>/docs/</title>'
! grep -q 'archive=zip"' page || fail "an archive is offered"
stop
expect 2 gnet http-serve -p 0 --archive rar
contains err "not 'rar'"

# Where libarchive cannot be loaded, that is said before anything is served; others do not need it.
mkdir broken && : > broken/libarchive.so.13
export LD_LIBRARY_PATH="$work/broken"
expect 9 gnet http-serve -p 0 --archive zip www
contains err 'cannot load libarchive: '
expect 0 gnet --version
unset LD_LIBRARY_PATH
