# Descriptors that the caller has opened, that he has not, and that there are not enough of.
. "$(dirname "$0")/prelude.sh"

# The number of --ready-fd is the caller's, and no file that the server itself opens.
expect 2 gnet echo-server -p 0 --ready-fd 4 --pid-file pid --log-file log 4>&-
same "$(cat err)" "gnet: --ready-fd 4: no such descriptor"
[ ! -e pid ] || fail "something was begun"
expect 0 gnet echo-server -p 0 -4 --ready-fd 4 --pid-file pid --for 1ms 4> ready.4
contains ready.4 "tcp://127.0.0.1:"

# A daemon keeps none of them: the lock is free when it serves.
if command -v flock > /dev/null; then
  (
    exec 7> lock
    flock -n 7
    "$GNET" echo-server -p 0 -4 -D --pid-file pid --print-port --for "$life" > port
  )
  started="$started $(cat pid)"
  flock -n lock true || fail "a daemon holds a lock that is not its own"
  expect 0 gnet echo-client -n 1 "127.0.0.1:$(cat port)"
fi

# What there may be of them is said where they run out, whatever it was for.
for most in 4 5 6 9; do
  expect 9 sh -c "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
    ulimit -n $most && exec \"\$0\" echo-server -p 0 -4 --threads 64" "$GNET"
  contains err "too many open files; this process may open only $most, see ulimit -n"
done
expect 9 sh -c 'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n 4 && exec "$0" echo-client -n 1 :1' "$GNET"
contains err "this process may open only 4, see ulimit -n"
