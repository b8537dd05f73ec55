# gnet-connect(1)

example mail.example.org
helper mail echo-server tcp-l://:25 --mode discard --banner '220 mail.example.org ESMTP'
run 0
contains out '220 mail.example.org ESMTP'
kill "$helper" && wait "$helper"
helper mail echo-server tcp-l://:25 --mode discard --banner '554 no service' --close-after 1ms
run 1

example 127.0.0.1:8000-8010
helper one echo-server :8003
helper two echo-server :8010
helper three echo-server :8011
run 0
same "$(cat out)" "8003
8010"

example 'sort -n'
serve port:7000
for client in 1 2; do
  printf '10\n9\n' | gnet connect :7000 > out
  same "$(cat out)" "9
10"
done
stop 143

# Two machines are two folders here.
example other.example.org
mkdir here there
head -c 100000 /dev/urandom > there/file
serve port:7000 'cd here' "$(line 1)"
run 0 'cd there' "$(line 2)"
ends 0
cmp here/file there/file
