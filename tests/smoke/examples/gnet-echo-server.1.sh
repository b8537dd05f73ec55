# gnet-echo-server(1)

# It ends with the shell that has started it.
example --ready-file
run 0 "$(line 1)" 'gnet wait-for file:ready' 'gnet echo-client -n 1 "$(head -n 1 ready)"' 'echo $! > pid'
contains out '1 received'
expect 0 gnet wait-for --gone "pid:$(cat pid)" -t "$life"

example --pid-file
run 0 "$(line 1)" "$(line 2)" 'cp echo.pid pid' "$(line 3)"
contains out '3 sent, 3 received'
expect 0 gnet wait-for --gone "pid:$(cat pid)" -t "$life"

example daytime
if awk '{ users += $3 } END { exit users > 65534 }' /proc/self/uid_map; then
  skip "there is no other user"
else
  serve 127.0.0.1:13
  today=$(date -u +%Y)
  expect 0 gnet connect 127.0.0.1:13
  contains out "$today"
  expect 0 gnet connect udp://127.0.0.1:13 --send x --expect "$today"
  pid=$(gnet ports --who 13 --json | sed -n 's/.*"pid":\([0-9]*\),"command":"gnet".*/\1/p')
  same "$(awk '/^Uid/ { print $2 }' "/proc/$pid/status")" "$(id -u nobody)"
fi

# Those who know the certificate, and those who do not care, and what others see.
example 7443
if certified; then
  serve port:7443 "$(line 1)"
  expect 0 gnet echo-client -n 1 --cacert server.pem tls://localhost:7443
  serve port:6011 "$(line 2)"
  expect 0 gnet echo-client -n 1 -k tls://localhost:6011
  expect 6 gnet echo-client -n 1 tls://localhost:6011
fi

# Answers are late, and sooner or later one is lost and another comes twice.
example --dup
if command -v perl > /dev/null; then
  serve "sh:gnet ports 6011 | grep -q udp"
  cat > network.pl << 'END'
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1:6011', Proto => 'udp') or die;
my $select = IO::Select->new($socket);
my ($sent, $twice, %left, %late) = (0, 0);
for (;;) {
  for (1 .. 100) { $left{++$sent} = time; send $socket, $sent, 0 }
  while ($select->can_read(0.3)) {
    recv $socket, my $number, 100, 0;
    ++$twice if exists $late{$number};
    $late{$number} //= time - $left{$number};
  }
  last if $twice && keys %late < $sent;
}
die "an answer too soon\n" if grep { $_ < 0.03 } values %late;
END
  expect 0 perl network.pl
else
  skip "perl is missing"
fi
