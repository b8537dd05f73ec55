#!/usr/bin/perl
# A client of SOCKS 5 for tests, for what curl and gnet do not ask for.
#
#   socks_peer.pl PROXY associate HOST PORT TEXT...
#       UDP ASSOCIATE; sends each text as a datagram, and prints what comes back
#   socks_peer.pl PROXY bind HOST PORT [FROM]...
#       BIND; calls back from each of these addresses, one after the other, says "called" there and
#       "asked" here, and prints what arrives. "FROM+" calls again and again until the answer is there
#
# Prints "reply N" for each answer of the proxy that is not 0. PROXY is HOST:PORT, HOST an address of
# IPv4. All of it ends after 20 seconds.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Socket qw(inet_aton inet_ntoa);

my ($proxy, $verb, $host, $port, @rest) = @ARGV;
$SIG{ALRM} = sub { die "socks_peer.pl: nothing happened for 20 seconds\n" };
$SIG{PIPE} = 'IGNORE';
alarm 20;
$| = 1;
my $control = IO::Socket::INET->new(PeerAddr => $proxy) or die "socks_peer.pl: $!\n";

sub take {
  my $data = '';
  while (length $data < $_[0]) {
    sysread($control, $data, $_[0] - length $data, length $data) or die "socks_peer.pl: it has ended\n";
  }
  return $data;
}
sub answer {
  my (undef, $reply, undef, $type) = unpack 'C4', take(4);
  my ($address, $port) = unpack $type == 1 ? 'a4n' : 'a16n', take($type == 1 ? 6 : 18);
  return ($type == 1 ? inet_ntoa($address) : '::', $port) if $reply == 0;
  print "reply $reply\n";
  exit;
}

syswrite $control, "\5\1\0";
take(2) eq "\5\0" or die "socks_peer.pl: it wants a password\n";
my $command = { bind => 2, associate => 3 }->{$verb} // die "socks_peer.pl: what is '$verb'?\n";
my $target = inet_aton($host) . pack 'n', $port;
syswrite $control, pack('C4', 5, $command, 0, 1) . ($verb eq 'bind' ? $target : "\0" x 6);
my ($bound, $bound_port) = answer();

if ($verb eq 'associate') {
  my $socket = IO::Socket::INET->new(Proto => 'udp', PeerAddr => $bound, PeerPort => $bound_port)
    or die "socks_peer.pl: $!\n";
  for my $text (@rest) {
    $socket->send("\0\0\0\1$target$text");
    unless (IO::Select->new($socket)->can_read(1)) { print "(nothing)\n"; next }
    $socket->recv(my $data, 65536);
    print substr($data, 0, 10) eq "\0\0\0\1$target" ? '' : 'not from there: ', substr($data, 10), "\n";
  }
} else {
  my @callers;
  for my $from (@rest) {
    my $again = $from =~ s/\+$//;
    do {
      my $caller = IO::Socket::INET->new(LocalAddr => $from, PeerAddr => $bound, PeerPort => $bound_port);
      syswrite $caller, 'called' if $caller;
      push @callers, $caller if $caller;
    } while ($again && !IO::Select->new($control)->can_read(0.1));
  }
  answer();
  print take(6), "\n";
  syswrite $control, 'asked';
  sysread $callers[-1], my $heard, 100;
  print "$heard\n";
}
