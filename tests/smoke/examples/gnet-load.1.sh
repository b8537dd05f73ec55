# gnet-load(1)

example --fail-if
helper server http-echo :8080 --route '/=200:hello'
run 0
contains out 2,000/s

example '--json > run.json'
helper server echo-server :6011
run 0
grep -q '"answers":100000' run.json || fail "$(cat run.json)"

# Beside a run that was much slower nothing is worse.
example --regress
helper server echo-server :6011
gnet load -n 100 -c 50 -R 500 tcp://:6011 --message ping --json |
  sed 's/"\(p[0-9_]*\|max\|mean\)":[0-9.e+]*/"\1":9e9/g' > run.json
run 0
contains out run.json

example --find-rate
helper server ws-echo :6012
run 0

example report.html
helper server http-echo :8080 --route '/=200:hello'
run 0
contains report.html '</html>'
