#!/usr/bin/perl
# A WebSocket server for tests, written apart from the client that they test. Prints its port, and
# then does for each connection in turn what its STEPs say; the last one is repeated.
#
#   ws_server.pl STEPS...      STEPS: "say TEXT;close 4003 why;end"
#
# Steps: "say TEXT", "bin TEXT" and "ping TEXT" send a message or a ping; "hear" waits for a message
# and prints it; "close CODE [REASON]" closes; "end" waits for the end of the connection; "drop"
# ends it without a word; "refuse STATUS TEXT" answers that instead of 101.
use strict;
use warnings;
use Digest::SHA 'sha1_base64';
use IO::Socket::INET;

my @scripts = @ARGV;
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "$!\n";
$| = 1;
$SIG{ALRM} = sub { die "ws_server.pl: nothing comes\n" };
$SIG{PIPE} = 'IGNORE';
alarm 40;
print $listener->sockport, "\n";
while (my $socket = $listener->accept) {
  my $script = @scripts > 1 ? shift @scripts : $scripts[0];
  my $buffer = '';
  my $more = sub { return sysread $socket, $buffer, 65536, length $buffer };
  until ($buffer =~ /\r\n\r\n/) { $more->() or last }
  $buffer =~ s/^(.*?\r\n\r\n)//s or next;
  my $head = $1;
  my ($first) = $head =~ /^(.*?)\r\n/;
  my @said = $head =~ /^((?:Origin|X-Mine|Sec-WebSocket-Protocol): .*?)\r$/mg;
  print join(' | ', $first, @said), "\n";
  if ($script =~ /^refuse (\d+) (.*)/) {
    syswrite $socket, "HTTP/1.1 $1 No\r\nContent-Length: " . length($2) . "\r\nConnection: close\r\n\r\n$2";
    close $socket;
    next;
  }
  my ($key) = $head =~ /^Sec-WebSocket-Key: (.*?)\r$/m;
  my $accept = sha1_base64($key . '258EAFA5-E914-47DA-95CA-C5AB0DC85B11') . '=';
  # In one piece with what is said first.
  my $out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    . "Sec-WebSocket-Accept: $accept\r\n\r\n";
  my $flush = sub { syswrite $socket, $out if length $out; $out = '' };
  my $hear = sub {
    for (;;) {
      if (length $buffer >= 6) {
        my ($kind, $size) = unpack 'CC', $buffer;
        $size &= 127;
        if (length $buffer >= 6 + $size) {
          my $mask = substr $buffer, 2, 4;
          my $data = substr $buffer, 6, $size;
          substr($buffer, 0, 6 + $size) = '';
          return ($kind, $data ^ substr($mask x (1 + $size / 4), 0, $size));
        }
      }
      return () unless $more->();
    }
  };
  my $frame = sub { my ($kind, $data) = @_; return pack('CC', $kind, length $data) . $data };
  for my $step (split /;/, $script) {
    my ($verb, $text) = split / /, $step, 2;
    $text //= '';
    if ($verb eq 'say') { $out .= $frame->(0x81, $text) }
    elsif ($verb eq 'bin') { $out .= $frame->(0x82, $text) }
    elsif ($verb eq 'ping') { $out .= $frame->(0x89, $text) }
    elsif ($verb eq 'raw') { $out .= pack 'H*', $text }
    elsif ($verb eq 'close') {
      my ($code, $why) = split / /, $text, 2;
      $out .= $frame->(0x88, pack('n', $code) . ($why // ''));
    }
    elsif ($verb eq 'hear') {
      $flush->();
      my ($kind, $data) = $hear->();
      printf "%02x %s\n", $kind, $data if defined $kind;
    }
    elsif ($verb eq 'end') {
      $flush->();
      while (my ($kind, $data) = $hear->()) {
        next unless $kind == 0x88;
        printf "closed %s\n", length $data >= 2 ? unpack('n', $data) . ' ' . substr($data, 2) : '';
        syswrite $socket, $frame->(0x88, $data);
        last;
      }
    }
    elsif ($verb eq 'drop') { $flush->(); last }
  }
  $flush->();
  close $socket;
}
