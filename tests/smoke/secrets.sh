# Passwords on the command line are gone from it once they are read, and are shown nowhere.
. "$(dirname "$0")/prelude.sh"
[ -r /proc/self/cmdline ] || { echo "there is no /proc: skipped" >&2; exit 77; }

arguments() { tr '\000' ' ' < "/proc/$1/cmdline"; }

# However it is written; what stands around it stays.
mkdir served
for auth in '-a ada:secret@/docs:rw' --auth=ada:secret@/docs:rw -aada:secret@/docs:rw '-va ada:secret@/docs:rw'; do
  # shellcheck disable=SC2086
  start http-serve $auth -p 0 -4 served
  case $(arguments "$server") in
    *secret*) fail "a password is to be seen: $(arguments "$server")" ;;
    *http-serve*'***'*' -p 0 -4 served '*) ;;
    *) fail "too much is gone: $(arguments "$server")" ;;
  esac
  stop
done
contains server.err '--auth: others could read it for a moment'

# A word that is the same by chance is none.
mkdir x:y
start http-serve -a x:y -p 0 -4 x:y
case $(arguments "$server") in *' -a *** '*' x:y '*) ;; *) fail "$(arguments "$server")" ;; esac
stop

# Passwords in URLs.
start http-echo -p 0 -4
"$GNET" http -a ada:secret "http://me:hidden@127.0.0.1:$port/delay/30s" > out 2> err 8>&- &
client=$!
started="$started $client"
tries=0
while case $(arguments "$client") in *secret* | *hidden*) true ;; *) false ;; esac; do
  tries=$((tries + 1))
  [ "$tries" -lt 20000 ] || fail "it stays: $(arguments "$client")"
done
kill "$client"
stop

expect 0 gnet http --explain -a ada:secret :1
contains out '***'
! grep -q secret out || fail "--explain shows a password"
