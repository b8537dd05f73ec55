# gnet-proxy(1)

example http://intranet/
helper intranet http-echo :80 --route '/=200:welcome'
run 0 "$(line 1)" 'gnet wait-for :1080' "$(line 2)" 'kill $!' 'wait $!'
contains out welcome

example --allow-dest
echo 'ada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=' > users  # "secret"
helper corp echo-server :443
helper other echo-server :80
serve :1080
expect 0 gnet echo-client -n 1 socks5h://ada:secret@127.0.0.1:1080/www.corp:443
expect 7 gnet echo-client -n 1 socks5h://ada:secret@127.0.0.1:1080/www.corp:80
expect 7 gnet echo-client -n 1 socks5h://ada:secret@127.0.0.1:1080/example.org:443
expect 7 gnet echo-client -n 1 socks5h://ada:wrong@127.0.0.1:1080/www.corp:443

# Only what is not nearby comes to the other proxy.
example --upstream-for
helper upstream proxy :9050 --json
helper server echo-server :80
serve :8118
expect 0 gnet echo-client -n 1 socks5h://127.0.0.1:8118/nas.lan:80
! grep -q '"event":"accept"' upstream.out || fail "not directly: $(cat upstream.out)"
expect 0 gnet echo-client -n 1 socks5h://127.0.0.1:8118/example.org:80
await upstream.out '"event":"accept"'
