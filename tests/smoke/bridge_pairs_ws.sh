# The same as bridge_pairs.sh, to WebSockets and programs.
kinds="ws exec"
. "$(dirname "$0")/bridge_pairs.sh"
