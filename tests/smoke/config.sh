# Flag, environment, file, default: who says it first decides.
. "$(dirname "$0")/prelude.sh"

value() { gnet echo-server --explain "$@" | sed -n 's/^drain-timeout  *//p' | tr -s ' '; }

same "$(value)" "10s default"
mkdir gnet
printf '[echo-server]\ndrain_timeout = 1\n' > gnet/config.toml
same "$(value)" "1s $work/gnet/config.toml"
printf '{"echo-server": {"drain-timeout": "2s"}}' > more.json
same "$(value --config more.json)" "2s more.json"
export GNET_DRAIN_TIMEOUT=3s
same "$(value --config more.json)" "3s GNET_DRAIN_TIMEOUT"
export GNET_ECHO_SERVER_DRAIN_TIMEOUT=4s
same "$(value)" "4s GNET_ECHO_SERVER_DRAIN_TIMEOUT"
same "$(value --drain-timeout 5)" "5s command line"

# What is misspelt is an error, wherever it stands.
unset GNET_ECHO_SERVER_DRAIN_TIMEOUT
export GNET_DRAIN_TIMEOUT=soon
expect 2 gnet echo-server
contains err "bad value 'soon' in GNET_DRAIN_TIMEOUT"
unset GNET_DRAIN_TIMEOUT
GNET_DRAIN_TIMEOT=3s gnet version > out 2> err
contains err "gnet warning: the environment variable GNET_DRAIN_TIMEOT sets nothing; did you mean GNET_DRAIN_TIMEOUT?"
printf '[echo-server]\ndrain_timout = 1\n' > gnet/config.toml
expect 2 gnet echo-server
contains err "unknown key 'drain-timout' for 'echo-server'; did you mean 'drain-timeout'?"

# An option that may do without its value is a switch there, too.
export HOME="$work/nobody" XDG_CONFIG_HOME="$work/nobody"
printf '[http-serve]\nspa = true\nupload = true\ncors = false\n' > switches.toml
gnet http-serve --explain --config switches.toml > out
same "$(sed -n 's/^\(spa\|upload\|cors\)  */\1 /p' out | tr -s ' ' | sort)" "cors - switches.toml
spa index.html switches.toml
upload / switches.toml"
printf '[ws-echo]\nbroadcast = true\nwatchdog = false\n' > switches.toml
gnet ws-echo --explain --config switches.toml > out
same "$(sed -n 's/^\(broadcast\|watchdog\)  */\1 /p' out | tr -s ' ' | sort)" "broadcast others switches.toml
watchdog off switches.toml"
GNET_WS_ECHO_BROADCAST=false gnet ws-echo --explain > out
same "$(sed -n 's/^broadcast  *//p' out | tr -s ' ')" "off GNET_WS_ECHO_BROADCAST"
same "$(GNET_HTTP_SERVE_UPLOAD=on gnet http-serve --explain | sed -n 's/^upload  *//p' | tr -s ' ')" \
  "/ GNET_HTTP_SERVE_UPLOAD"
