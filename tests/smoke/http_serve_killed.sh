# What is left of uploads when the server is killed: nothing.
. "$(dirname "$0")/prelude.sh"
command -v curl > /dev/null || { echo "curl is missing: skipped" >&2; exit 77; }

mkdir -p www/in/deep
old=www/in/deep/.upload-0123456789abcdef0123456789abcdef.part
older=www/in/.gnet-0123456789abcdef.part
fresh=www/in/.gnet-fedcba9876543210.part
own=www/in/.mine.part
elsewhere=www/.gnet-0123456789abcdef.part
for file in "$old" "$older" "$own" "$elsewhere"; do
  printf half > "$file"
  touch -d '3 days ago' "$file"
done
printf half > "$fresh"

# Tries a condition for as long as a test may take.
until_so() { timeout 30 sh -c "until $1; do :; done" || fail "not so: $1"; }

start http-serve -p 0 -4 --upload=in www
until_so "[ ! -e $old ] && [ ! -e $older ]"
for file in "$fresh" "$own" "$elsewhere"; do [ -e "$file" ] || fail "$file is gone"; done

# And once more when settings are read anew.
printf half > "$old"
touch -d '3 days ago' "$old"
kill -HUP "$server"
until_so "[ ! -e $old ]"

# In the middle of an upload the file has no name.
rm "$fresh" "$own" "$elsewhere"
mkfifo feed
curl -s -o body -T - "http://127.0.0.1:$port/in/a.txt" < feed &
client=$!
started="$started $client"
exec 7> feed
printf 'half of it' >&7
until_so "ls -l /proc/$server/fd | grep -q '/www/in/.'"
ls -l "/proc/$server/fd" | grep -q '/www/in/.*deleted' || exit 0  # a file system without O_TMPFILE
same "$(ls -A www/in)" deep
kill -KILL "$server"
exec 7>&-
wait "$client" || :
same "$(ls -A www/in)" deep
