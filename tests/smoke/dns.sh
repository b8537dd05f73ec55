# gnet dns: what it asks, what it believes, and what its exit status says.
. "$(dirname "$0")/prelude.sh"
dns_peer
ns=@127.0.0.1:$dns
ask() { gnet dns "$ns" -t "$life" "$@"; }

# Names, types and servers in any order; what is asked first is printed first.
same "$(ask www.test)" 'www.test. 300 IN A 192.0.2.1'
same "$(gnet dns -t "$life" MX www.test "$ns" a.www.test. AAAA --search off)" \
  'www.test. 300 IN MX 10 mx.test.
www.test. 300 IN MX 20 mx2.test.
www.test. 300 IN AAAA 2001:db8::1
a.www.test. 300 IN MX 10 mx.test.
a.www.test. 300 IN MX 20 mx2.test.
a.www.test. 300 IN AAAA 2001:db8::1'
same "$(ask --short www.test mx)" '10 mx.test.
20 mx2.test.'
same "$(ask --short alias.test)" 192.0.2.1
same "$(ask alias.test)" 'alias.test. 300 IN CNAME www.test.
www.test. 300 IN A 192.0.2.1'
same "$(ask --short www.test TYPE65280)" '\# 3 010203'
same "$(ask --short www.test HTTPS)" '1 . alpn=h2 port=8443'
same "$(ask --short control.test TXT)" '"a\027[31mb\010\007\"c\\\255"'
same "$(ask --short -x 192.0.2.1)" www.test.
same "$(ask --short -x 2001:db8::1)" www.test.
same "$(ask --short www.bücher.test)" 192.0.2.1
expect 0 ask --all www.test --search off
contains out 'IN SOA ns1.test.'
contains out 'IN CAA 0 issue "ca.test"'
printf '# names\nwww.test\n\n; more\nwww.test MX AAAA\n' > names
same "$(gnet dns -t "$life" "$ns" --short - < names)" '192.0.2.1
10 mx.test.
20 mx2.test.
2001:db8::1'

expect 2 gnet dns "$ns" - < /dev/null
same "$(cat err)" 'gnet: NAME is missing: standard input has none'
for line in a..b @127.0.0.1 AXFR; do
  status=0
  printf '# names\n\n%s\n' "$line" | gnet dns "$ns" - 2> err || status=$?
  same "$status" 2
  contains err 'gnet: line 3 of standard input: '
done

# What cannot be printed has not been told.
if [ -w /dev/full ]; then
  for words in www.test 'www.test a.www.test --all' 'www.test -n 2 -i 0' 'www.test --json'; do
    status=0
    # shellcheck disable=SC2086 # words
    ask --search off $words > /dev/full 2> err || status=$?
    same "$status" 9
    same "$(cat err)" 'gnet dns: cannot write standard output: no space left on device'
  done
fi

# A server is believed as to what it was asked for, and "there is more" is not "there is none".
expect 1 ask stranger.test --short --search off
same "$(cat out)" ''
contains err 'stranger.test A: NODATA'
expect 7 ask short.test --search off
contains err "tcp://127.0.0.1:$dns: the answer is cut off, and not by UDP"

# What the query says.
say() { ask --short say.test TXT "$@"; }
same "$(say)" '"udp id=some rd=1 ad=0 cd=0 class=1 size=37 edns=1232 do=0"'
same "$(say --no-rd --ad --cd --dnssec --bufsize 4096)" \
  '"udp id=some rd=0 ad=1 cd=1 class=1 size=37 edns=4096 do=1"'
same "$(say --bufsize 0 --class CH)" '"udp id=some rd=1 ad=0 cd=0 class=3 size=26"'
same "$(say --subnet 192.0.2.77/25 --nsid)" \
  '"udp id=some rd=1 ad=0 cd=0 class=1 size=53 edns=1232 do=0 3= 8=00011900c0000200"'
say --padding | grep -q ' size=128 ' || fail "not padded: $(say --padding)"
same "$(say --tcp)" '"tcp id=some rd=1 ad=0 cd=0 class=1 size=37 edns=1232 do=0"'
same "$(gnet dns -t "$life" --short "@tcp://127.0.0.1:$dns" say.test TXT | cut -d' ' -f1)" '"tcp'
same "$(gnet dns -t "$life" --short "@http://127.0.0.1:$dns/dns-query" say.test TXT | cut -d' ' -f1,2)" \
  '"https id=0'
expect 0 ask www.test --nsid --cookie --subnet 192.0.2.0/24 --ede --stats
contains out '; nsid: machine 7 (6d616368696e652037)'
contains out '; cookie: '
contains out '; subnet: 192.0.2.0/24/20'
contains out "; udp://127.0.0.1:$dns: NOERROR, "
expect 0 ask insist.test --cookie

# Too large for UDP, and for nobody else.
same "$(ask --short large.test TXT | wc -l)" 12
expect 0 ask large.test TXT --stats
contains out ', was too large for UDP'
same "$(gnet dns -t "$life" --short "@http://127.0.0.1:$dns" large.test TXT | wc -l)" 12

# Statuses.
expect 1 ask none.test
same "$(cat out)" ''
contains err "gnet dns: none.test A: NXDOMAIN, says udp://127.0.0.1:$dns"
expect 1 ask empty.test
contains err 'NODATA'
expect 1 ask 192.0.2.1
contains err 'hint: -x asks for the name of an address'
for name in servfail refused formerr notimp; do expect 7 ask "$name.test"; done
expect 7 ask blocked.test
contains err ' SERVFAIL, says udp://127.0.0.1:'
contains err ' (blocked: by order)'
expect 7 ask www.test servfail.test none.test
same "$(cat out)" 'www.test. 300 IN A 192.0.2.1'
expect 0 ask --all www.test
expect 1 ask --all none.test

# What is no answer is passed over; what is malformed is told.
for name in wrongid wrongname wrongtype query elsewhere garbage; do
  same "$(ask --short "$name.test")" 192.0.2.1
done
expect 7 ask loop.test CNAME
contains err "loop.test CNAME: udp://127.0.0.1:$dns: the answer is malformed at byte 27: "
expect 124 gnet dns "$ns" -t 500ms forged.test
contains err ' no answer to the question)'
status=0
gnet dns "$ns" -t 500ms $(seq -f 'cut-%g.test' 11 55) > out 2> err || status=$?
case $status in 7 | 124) ;; *) fail "exit $status: $(cat err)" ;; esac
same "$(cat out)" ''
same "$(grep -c '^gnet dns: cut-.*\(malformed\|timed out\)' err)" 45
for name in wrongid wrongname; do
  expect 7 ask --tcp "$name.test"
  contains err "tcp://127.0.0.1:$dns: what came is no answer to the question"
done
expect 7 gnet dns -t "$life" "@http://127.0.0.1:$dns" huge.test
expect 7 gnet dns -t "$life" "@http://127.0.0.1:$dns" status.test
contains err "http://127.0.0.1:$dns/dns-query: the answer has status 503"
# Whom a server sends elsewhere would be told by another.
expect 7 gnet dns -t "$life" "@http://127.0.0.1:$dns" moved.test
contains err 'status 307 Temporary Redirect'
expect 7 gnet dns -t "$life" "@http://127.0.0.1:$dns" type.test
contains err 'application/dns-message'

# Nobody answers, in time or at all; a query is sent again, and so is one on a connection that ends.
expect 124 gnet dns "$ns" -t 50ms deaf.test
contains err "gnet dns: deaf.test A: no answer from udp://127.0.0.1:$dns: timed out after"
expect 124 gnet dns "$ns" -t 50ms --tcp deaf.test
expect 124 gnet dns "@http://127.0.0.1:$dns" -t 50ms deaf.test
expect 0 gnet dns "$ns" -t 3s second.test --stats
contains out ', sent 2 times'
expect 0 ask late.test
expect 0 ask gone.test
contains out 192.0.2.1
expect 8 ask --tcp --retries 0 gone.a.test
contains err "gone.a.test A: tcp://127.0.0.1:$dns ended the connection without an answer"
expect 5 gnet dns -t "$life" @127.0.0.1:1 www.test
contains err 'cannot ask udp://127.0.0.1:1: connection refused'
expect 5 gnet dns -t "$life" @tcp://127.0.0.1:1 www.test
expect 4 gnet dns -t "$life" @nosuch.invalid www.test
expect 5 gnet dns -t "$life" @http://127.0.0.1:1 www.test
# The next server.
same "$(gnet dns --short -t "$life" @127.0.0.1:1 "$ns" www.test)" 192.0.2.1

# TLS and HTTPS, with the options that every client has.
start bridge tls-l://127.0.0.1:0 "tcp://127.0.0.1:$dns"
expect 6 gnet dns -t "$life" "@tls://127.0.0.1:$port" www.test
expect 0 gnet dns -t "$life" -k "@tls://127.0.0.1:$port" say.test TXT --short
contains out '"tcp id=some '
contains err '--insecure: it may be anybody who answers'
expect 0 gnet dns -t "$life" -k "@127.0.0.1:$port" --tls www.test
# What is for TLS is for those servers that have it.
expect 6 gnet dns -t "$life" --tls-min 1.3 "@tls://127.0.0.1:$port" @127.0.0.1:1 www.test
expect 0 gnet dns -t "$life" -k "@tls://127.0.0.1:$port" "$ns" www.test
expect 0 gnet dns -t "$life" -k "$ns" "@tls://127.0.0.1:$port" www.test
expect 0 gnet dns -t "$life" -k "$ns" "@https://127.0.0.1:$port" www.test
expect 6 gnet dns -t "$life" "@https://127.0.0.1:$port/dns-query" www.test
expect 0 gnet dns -t "$life" -k "@https://127.0.0.1:$port/dns-query" say.test TXT --short
contains out '"https id=0 '
# A server of TLS that is killed does not say that it ends.
start exec-server tls-l://127.0.0.1:0 --sh 'head -c 1 > /dev/null; kill -KILL $PPID'
expect 8 gnet dns -t "$life" -k --retries 0 "@tls://127.0.0.1:$port" www.test
contains err "www.test A: tls://127.0.0.1:$port ended the connection without an answer"
start proxy -p 0 -4 --no-auth
expect 0 gnet dns -t "$life" --proxy "socks5://127.0.0.1:$port" "@tcp://127.0.0.1:$dns" www.test
expect 2 gnet dns --proxy "socks5://127.0.0.1:$port" "$ns" www.test
start bridge "unix-l://$work/dns.sock" "tcp://127.0.0.1:$dns"
expect 0 gnet dns -t "$life" -U "$work/dns.sock" www.test
expect 0 gnet dns -t "$life" --source 127.0.0.1 "$ns" www.test

# JSON, also of what has failed.
expect 1 ask --json www.test none.test MX CAA
contains out '"exchange":"mx.test."'
contains out '"tag":"issue","value":"ca.test"'
contains out '"status":"NXDOMAIN"'
same "$(wc -l < out)" 1
same "$(cat err)" ''
expect 124 gnet dns "$ns" --json -t 50ms deaf.test
contains out '"status":"TIMEOUT","code":124'

# Again and again.
expect 0 ask -n 3 -i 1ms www.test
same "$(grep -c 'www.test A seq=.: NOERROR from udp://' out)" 3
contains out '3 questions in '
expect 1 ask -n 2 -i 0 -q none.test
same "$(wc -l < out)" 1
contains out '2 NXDOMAIN'
# The median of two is the smaller one, to three digits.
for try in 1 2 3 4 5; do
  expect 0 ask -n 2 -i 0 --json www.test
  sed -n 's/.*"min_us":\([0-9.]*\),"p50_us":\([0-9.]*\),.*/\1 \2/p' out |
    awk '{ exit !($2 >= $1 && $2 <= 1.001 * $1) }' || fail "try $try: $(cat out)"
done
expect 0 ask -n 2000 -i 0 -q www.test
contains out '2000 NOERROR'
"$GNET" dns -t "$life" "$ns" -n 0 -i 1ms www.test > endless 2> endless.err 6>&- &
endless=$!
started="$started $endless"
await endless 'seq=3:'
kill -INT "$endless"
status=0 && wait "$endless" || status=$?
same "$status" 130
contains endless ' questions in '

# Thousands of names, some of which nobody answers for, in their order.
seq 1 2000 | sed 's/.*/www.&.test/; 100s/www/deaf/' > names
status=0
gnet dns "$ns" -t 300ms --retries 0 - < names > out 2> err || status=$?
same "$status" 124
sed '100d; s/$/. 300 IN A 192.0.2.1/' names | cmp - out

# As the system has it.
expect 0 gnet dns -t "$life" --system localhost
contains out 'localhost A 127.0.0.1'
expect 0 gnet dns -t "$life" --system -n 1 localhost
contains out ' from the system, '

# What cannot be asked says so before anything is.
for words in "" MX "a..b" "www.test --bufsize 100" "www.test --class XX" "-x www.test" "AXFR www.test" \
  "--subnet x www.test" "--all MX www.test" "--system MX www.test" "--bufsize 0 --dnssec www.test" \
  "www.test @ws://a.test" "www.test -i 1s" "--retries 1k www.test" "-k www.test" \
  "-k www.test @http://127.0.0.1" \
  "--system --tcp www.test"; do
  expect 2 gnet dns "$ns" $words
done
expect 2 gnet dns @127.0.0.1:99999 www.test
expect 2 gnet dns --tls @https://127.0.0.1 www.test
expect 9 gnet dns -t "$life" @tls://127.0.0.1 --cacert none.pem www.test
