# wget: a site as a whole, the rest of a file, only what is newer.
. "$(dirname "$0")/prelude.sh"
need wget diff
get() { wget -nv -T 30 -t 1 -o log "$@" || fail "wget $*: $(cat log)"; }

mkdir -p site/deep/er
echo '<a href="deep/b.html">b</a><a href="a.txt">a</a>' > site/index.html
echo '<a href="er/c.txt">c</a><a href="../a.txt">a</a>' > site/deep/b.html
echo c > site/deep/er/c.txt
head -c 1000000 /dev/urandom > site/a.txt
start http-serve -p 0 -4 site
site=http://127.0.0.1:$port

get -r -nH -P copy "$site/"
diff -r site copy
mkdir part
head -c 123456 site/a.txt > part/a.txt
get -c -P part "$site/a.txt"
cmp part/a.txt site/a.txt
wget -S -N -P copy -o log "$site/a.txt" || fail "$(cat log)"
contains log "304 Not Modified"
get --spider "$site/deep/er/c.txt"
status=0
wget -q "$site/none" || status=$?
same "$status" 8
stops_well

start http-echo -p 0 -4
get -O out --post-data hello "http://127.0.0.1:$port/anything"
contains out '"body":"hello"'
get -O out --compression=gzip "http://127.0.0.1:$port/gzip"
contains out '"method":"GET"'
stops_well
