#!/usr/bin/perl
# A WebSocket client for tests, written apart from the server that they test.
#
#   ws_peer.pl HOST:PORT[/PATH] [FIELD: VALUE]... -- STEP...
#
# Steps: "say TEXT" and "bin TEXT" send a message, "ping TEXT" a ping, "raw HEX" bytes as they are,
# "hear" prints the next frame ("text hello", "pong x", "close 1001 why"), "close [CODE]" closes,
# "end" prints what comes until the end of the connection, what is long by its length; "flood N" sends
# so many binary messages of 60000 bytes, "stuff" as many as go, and perhaps not all of the last; "until FILE" waits for a file, and reads nothing; "mark FILE" makes one. Prints the
# status line of the answer first if it is not 101, with the body.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($where, @rest) = @ARGV;
my ($place, $path) = $where =~ m{^([^/]*)(/.*)?$};
$path //= '/';
my (@fields, @steps);
while (@rest) { my $word = shift @rest; last if $word eq '--'; push @fields, $word }
@steps = @rest;
$SIG{ALRM} = sub { die "ws_peer.pl: nothing comes\n" };
alarm 30;
$SIG{PIPE} = 'IGNORE';
$| = 1;
my $socket = IO::Socket::INET->new(PeerAddr => $place, Timeout => 10) or die "ws_peer.pl: $!\n";
syswrite $socket, join("\r\n", "GET $path HTTP/1.1", "Host: $place", 'Connection: Upgrade',
  'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  @fields, '', '');
my $buffer = '';
sub more { my $n = sysread $socket, $buffer, 65536, length $buffer; return $n }
until ($buffer =~ /\r\n\r\n/) { more() or die "ws_peer.pl: no answer\n" }
$buffer =~ s/^(.*?)\r\n\r\n//s;
my $head = $1;
if ($head !~ m{^HTTP/1.1 101 }) {
  my ($length) = $head =~ /Content-Length: (\d+)/;
  while (length $buffer < ($length // 0)) { more() or last }
  $head =~ s/\r\n/\n/g;
  print "$head\n$buffer";
  exit 1;
}
die "ws_peer.pl: wrong key\n" unless $head =~ /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/;

sub frame {
  my ($first, $data) = @_;
  my $size = length $data;
  my $head = chr($first) . ($size < 126 ? chr(128 | $size) : chr(254) . pack('n', $size));
  my $key = "\x37\xfa\x21\x3d";
  my $mask = substr($key x (1 + $size / 4), 0, $size);
  return $head . $key . ($data ^ $mask);
}
my %name = (0x81 => 'text', 0x82 => 'binary', 0x88 => 'close', 0x89 => 'ping', 0x8a => 'pong');
sub hear {
  for (;;) {
    if (length $buffer >= 2) {
      my ($first, $second) = unpack 'CC', $buffer;
      my $size = $second;
      my $begin = 2;
      if ($size == 126) { ($size, $begin) = (unpack('x2n', $buffer), 4) if length $buffer >= 4 }
      if (length $buffer >= $begin + $size && ($second != 126 || $begin == 4)) {
        my $data = substr $buffer, $begin, $size;
        substr($buffer, 0, $begin + $size) = '';
        my $name = $name{$first} // sprintf '%02x', $first;
        $data = unpack('n', $data) . ($size > 2 ? ' ' . substr($data, 2) : '')
          if $name eq 'close' && $size >= 2;
        return length $data > 2000 ? "$name (" . length($data) . ' bytes)' : "$name $data";
      }
    }
    my $n = more();
    return undef unless $n;
  }
}
for my $step (@steps) {
  my ($verb, $text) = split / /, $step, 2;
  $text //= '';
  if ($verb eq 'say') { syswrite $socket, frame(0x81, $text) }
  elsif ($verb eq 'bin') { syswrite $socket, frame(0x82, $text) }
  elsif ($verb eq 'ping') { syswrite $socket, frame(0x89, $text) }
  elsif ($verb eq 'raw') { syswrite $socket, pack 'H*', $text }
  elsif ($verb eq 'hear') { my $heard = hear(); print defined $heard ? "$heard\n" : "(end)\n" }
  elsif ($verb eq 'flood') { syswrite $socket, frame(0x82, 'x' x 60000) for 1 .. $text }
  elsif ($verb eq 'stuff') {
    $socket->blocking(0);
    my $frame = frame(0x82, 'x' x 60000);
    my $left = '';
    while (IO::Select->new($socket)->can_write(0.3)) {
      $left = $frame if $left eq '';
      my $count = syswrite $socket, $left;
      last unless defined $count || $!{EAGAIN};
      substr($left, 0, $count // 0) = '';
    }
  }
  elsif ($verb eq 'until') { until (-e $text) { select undef, undef, undef, 0.01 } }
  elsif ($verb eq 'mark') { open my $file, '>', $text or die "ws_peer.pl: $text: $!\n" }
  elsif ($verb eq 'close') { syswrite $socket, frame(0x88, pack 'n', $text || 1000) }
  elsif ($verb eq 'end') {
    while (defined(my $heard = hear())) {
      print "$heard\n";
      syswrite $socket, frame(0x88, '') if $heard =~ /^close/;
    }
    print "(end)\n";
  }
  else { die "ws_peer.pl: what is '$step'?\n" }
}
