# What gnet-endpoints(7) says can be connected to, and be listened at, by gnet connect.
. "$(dirname "$0")/prelude.sh"
command -v perl > /dev/null || { echo "perl is missing: skipped" >&2; exit 77; }

shows() {
  same "$(gnet connect -d -t 20s "$1")" "$2"
}

# Files.
printf 'one\n' > 'a file'
shows 'file:a file' one
shows file:a%20file one
shows "file://$work/a%20file" one
shows 'OPEN:a file' one
echo two | gnet connect 'file:a file?append=1'
shows 'file:a file' "one
two"
echo three | gnet connect 'GOPEN:a file,trunc'
shows 'file:a file' three
echo new | gnet connect 'file:new?append'
shows file:new new
expect 9 gnet connect -d file:nothing
echo x > input
status=0 && gnet connect 'file:a file' < input > out 2> err || status=$?
same "$status" 9
contains err '?append=1 or ?truncate=1'
expect 2 gnet connect 'file:a?append&truncate'

# Descriptors, and what makes its bytes itself.
gnet connect -d fd:7 7< 'a file' > out
same "$(cat out)" three
expect 9 gnet connect -d fd:77
shows text:a%0Ab "a
b"
same "$(gnet connect -d zero: | head -c 100000 | tr -d '\000' | wc -c | tr -d ' ')" 0
same "$(gnet connect -d random: | head -c 100000 | wc -c | tr -d ' ')" 100000
shows null: ''
same "$(echo back | gnet connect -t 20s echo:)" back
same "$(echo back | gnet connect -t 20s PIPE)" back

# Programs.
shows "exec:printf '%s.' 'a b' c\\ d" 'a b.c d.'
shows 'sh:echo $((6 * 7)) | cat' 42
shows 'SYSTEM:echo x' x
shows 'EXEC:echo x,fork' x
expect 2 gnet connect 'EXEC:echo x,pty'
contains err "unknown option 'pty'"
expect 2 gnet connect "exec:echo 'x"
contains err 'a quote is not closed'

# Sockets of a supervisor, by their names; and a connection as descriptor 0.
cat > supervise.pl <<'PERL'
use IO::Socket::IP;
use POSIX qw(dup2);
$^F = 255;  # no descriptor is closed on exec
my @sockets = map { IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0, Listen => 5) or die } 1 .. 2;
open my $ports, '>', 'ports' or die;
print $ports join(' ', map { $_->sockport } @sockets), "\n";
close $ports;
my @copies = map { POSIX::dup(fileno $_) } @sockets;
dup2($copies[$_], $_ + 3) for 0 .. 1;
@ENV{qw(LISTEN_FDS LISTEN_PID LISTEN_FDNAMES)} = (2, $$, 'web:chat');
exec @ARGV;
PERL
perl supervise.pl "$GNET" connect -l -t "$life" -e cat systemd:chat > /dev/null 2> listen.err &
started="$started $!"
await listen.err 'listening on '
read -r web chat < ports
contains listen.err ":$chat"
same "$(echo hello | gnet connect -t 20s "127.0.0.1:$chat")" hello
cat > accept.pl <<'PERL'
use IO::Socket::IP;
use POSIX qw(dup2);
my $socket = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0, Listen => 5) or die;
open my $ports, '>', 'ports.new' or die;
print $ports $socket->sockport, "\n";
close $ports;
rename 'ports.new', 'inetd_port';
my $connection = $socket->accept or die;
dup2(fileno($connection), 0);
exec @ARGV;
PERL
perl accept.pl "$GNET" connect -l -t "$life" -e 'tr a-z A-Z' inetd: > /dev/null 2>&1 &
started="$started $!"
until [ -s inetd_port ]; do :; done
same "$(echo hello | gnet connect -t 20s "127.0.0.1:$(cat inetd_port)")" HELLO
expect 9 gnet connect inetd: < /dev/null

# Messages keep their kind of socket: unixpacket, unixgram.
: > input
"$GNET" connect -l -t "$life" -e cat "unixpacket-l://$work/p.sock" < input > /dev/null 2> listen2.err &
started="$started $!"
await listen2.err 'listening on '
same "$(echo packet | gnet connect -t 20s "unixpacket://$work/p.sock")" packet
start echo-server "abstract-l://gnet-endpoints-$$"
same "$(echo abstract | gnet connect -t 20s "@gnet-endpoints-$$")" abstract
same "$(echo abstract | gnet connect -t 20s "ABSTRACT-CONNECT:gnet-endpoints-$$")" abstract

# Errors name the part, and what would work.
expect 2 gnet connect tcp://:99999
contains err "gnet: bad endpoint 'tcp://:99999': port must be 0-65535"
expect 2 gnet connect ws+udp://h:1
contains err "'ws' needs a stream below it, tcp or unix"
expect 2 gnet connect tls+ws://h:1
contains err "'ws' can only stand first, as in ws+tls+unix"
expect 2 gnet connect socks5://joe:secret@h:1
contains err "socks5://joe:***@h:1': 'socks5' needs to know where to: proxy:port/host:port"
expect 2 gnet connect http://h/
contains err 'gnet http takes'
expect 2 gnet connect echo:7
contains err 'tcp://echo:7'
