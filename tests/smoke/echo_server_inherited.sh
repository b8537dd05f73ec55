# Sockets of a supervisor, as systemd passes them.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || exit 77

# Opens a listening socket as descriptor 3 and becomes the server.
cat > supervise.pl <<'PERL'
use IO::Socket::IP;
use POSIX qw(dup2);
$^F = 255;  # no descriptor is closed on exec
my $socket = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0, Listen => 5) or die;
dup2(fileno($socket), 3) if fileno($socket) != 3;
@ENV{qw(LISTEN_FDS LISTEN_PID LISTEN_FDNAMES)} = (1, $$, 'echo');
exec @ARGV;
PERL
mkfifo ready
perl supervise.pl "$GNET" echo-server --for "$life" --ready-fd 9 9> ready 2> server.err &
server=$!
started="$started $server"
read -r endpoints < ready
port=${endpoints##*:}
same "$endpoints" "tcp://127.0.0.1:$port"
same "$(printf hello | peer pipe "127.0.0.1:$port")" hello
stop
same "$status" 0

# In the background it is another process, and still the one that they were passed to.
perl supervise.pl "$GNET" echo-server -D --for "$life" --ready-fd 9 --pid-file pid 9> files
started="$started $(cat pid)"
endpoints=$(cat files)
same "$(printf hello | peer pipe "${endpoints#tcp://}")" hello
