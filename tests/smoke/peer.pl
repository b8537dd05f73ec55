#!/usr/bin/perl
# A small peer for the smoke tests: the plain socket calls that a shell does not have.
#
#   peer.pl pipe ADDRESS             stdin to the socket, half-close, socket to stdout
#   peer.pl bytes ADDRESS            the same, but one byte at a time
#   peer.pl hold ADDRESS COUNT       open COUNT connections that work, print "holding", and wait for
#                                    stdin's end
#   peer.pl fate ADDRESS COUNT       open COUNT connections that work, print "COUNT open", and at
#                                    last how each was closed: "3 reset, 1 ended"
#   peer.pl stall ADDRESS            send and never read; print how many bytes went before it stuck
#   peer.pl stuff ADDRESS            send until nothing more goes, and close with a reset
#   peer.pl drip ADDRESS COUNT       send a byte, wait for its echo, COUNT times; print the echo
#   peer.pl wait ADDRESS             say nothing; print "closed" when the other side closes
#   peer.pl reset ADDRESS [heard]    send something and close with a reset; first hear something
#   peer.pl break ADDRESS            stdin to the socket, hear 12 bytes, and close with a reset
#   peer.pl breaks COUNT             listen on the loopback and print the port; COUNT times hear
#                                    something, send something, and close with a reset
#   peer.pl echo ADDRESS COUNT       COUNT connections at once, one line each; print how many came back
#   peer.pl datagram ADDRESS TEXT    send a datagram and print the answer, if one comes
#   peer.pl datagrams ADDRESS COUNT  send COUNT datagrams
#   peer.pl pause ADDRESS PID        send, SIGTERM to PID, and send again 130 ms later; print whether
#                                    that is answered
#   peer.pl first ADDRESS BYTES PID  send BYTES, and SIGTERM to PID when the first come back; print
#                                    how many came in the first half second, and how many in all
#   peer.pl reflect ADDRESS FROM PORT  send a datagram from that address and port, and print whether
#                                    there is an answer
#   peer.pl unread PATH OWN COUNT    send COUNT datagrams from a socket at OWN, and read nothing
#   peer.pl messages PATH SIZE…      over a unixpacket, send a message of each size, half-close, and
#                                    print the sizes of those that come
#   peer.pl notify PATH [LAST]       print what is sent to a datagram socket at PATH until LAST, or
#                                    READY=1, comes
#   peer.pl deaf                     listen on the loopback so that connecting there never succeeds;
#                                    print the port, and wait for stdin's end
#   peer.pl watchdog PATH COUNT      wait for COUNT signs of life at PATH; print the longest time to
#                                    one, from the one before or from READY=1, in milliseconds
#   peer.pl timed ADDRESS BYTES N    N times: send BYTES and read them back, over as many connections
#                                    at once; print how many came back, and in how many milliseconds
#
# ADDRESS is HOST:PORT, or the path of a unix socket. Every wait ends after 20 seconds,
# but for that of hold.
use strict;
use warnings;
use IO::Select;
use IO::Socket::IP;
use IO::Socket::UNIX;
use Socket qw(SOL_SOCKET SO_LINGER SOCK_DGRAM SOCK_SEQPACKET SOCK_STREAM inet_aton pack_sockaddr_in);
use Time::HiRes qw(time);

$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { die "peer.pl: nothing happened for 20 seconds\n" };
alarm 20;
$| = 1;

sub connect_to {
  my ($address, $type) = @_;
  $type //= SOCK_STREAM;
  my $socket;
  if ($address =~ m{^/}) {
    $socket = IO::Socket::UNIX->new(Peer => $address, Type => $type);
  } else {
    my ($host, $port) = $address =~ /^\[?(.*?)\]?:(\d+)$/;
    $socket = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Type => $type);
  }
  return $socket // die "peer.pl: cannot connect to $address: $!\n";
}

my %verbs = (
  pipe => sub {
    my $socket = connect_to(shift);
    my $input = do { local $/; binmode STDIN; <STDIN> } // '';
    binmode STDOUT;
    $socket->blocking(0);
    my $sent = 0;
    my $ended = 0;
    while (1) {
      my $writes = $sent < length $input ? IO::Select->new($socket) : undef;
      if (!$writes && !$ended) { shutdown $socket, 1; $ended = 1; }
      my ($readable) = IO::Select->select(IO::Select->new($socket), $writes);
      if (@$readable) {
        my $count = sysread $socket, my $data, 65536;
        last if defined $count && $count == 0;
        print $data if $count;
        die "peer.pl: $!\n" if !defined $count && !$!{EAGAIN};
      }
      if ($writes) {
        my $count = syswrite $socket, $input, 65536, $sent;
        $sent += $count if $count;
      }
    }
  },
  bytes => sub {
    my ($address) = @_;
    my $socket = connect_to($address);
    setsockopt $socket, 6, 1, 1;    # TCP_NODELAY
    local $/;
    for my $byte (split //, <STDIN>) {
      syswrite $socket, $byte;
      select undef, undef, undef, 0.001;
    }
    shutdown $socket, 1;
    while (sysread $socket, my $data, 65536) { print $data; }
  },
  hold => sub {
    my ($address, $count) = @_;
    my @sockets = map { connect_to($address) } 1 .. $count;
    # An answer to each shows that the server has them all.
    for my $socket (@sockets) { syswrite $socket, 'x'; sysread $socket, my $data, 1; }
    print "holding\n";
    alarm 0;  # as long as the test lasts, which ends stdin
    1 while <STDIN>;
  },
  fate => sub {
    my ($address, $count) = @_;
    my @sockets = map { connect_to($address) } 1 .. $count;
    for my $socket (@sockets) { syswrite $socket, 'x'; sysread $socket, my $data, 1; }
    print "$count open\n";
    my ($reset, $ended) = (0, 0);
    for my $socket (@sockets) { defined sysread($socket, my $data, 1) ? ++$ended : ++$reset; }
    print "$reset reset, $ended ended\n";
  },
  stall => sub {
    my $socket = connect_to(shift);
    $socket->blocking(0);
    my $sent = 0;
    while (IO::Select->new($socket)->can_write(1)) {
      my $count = syswrite $socket, 'x' x 65536;
      last if !defined $count && !$!{EAGAIN};
      $sent += $count // 0;
    }
    print "$sent\n";
    1 while <STDIN>;
  },
  messages => sub {
    my ($path, @sizes) = @_;
    my $socket = connect_to($path, SOCK_SEQPACKET);
    send $socket, 'x' x $_, 0 for @sizes;
    shutdown $socket, 1;
    my @came;
    push @came, length $_ while defined recv($socket, $_, 1 << 20, 0) && length;
    print "@came\n";
  },
  drip => sub {
    my ($address, $count) = @_;
    my $socket = connect_to($address);
    for my $i (1 .. $count) {
      syswrite $socket, $i % 10;
      sysread $socket, my $data, 1 or last;
      print $data;
    }
    print "\n";
  },
  wait => sub {
    my $socket = connect_to(shift);
    1 while sysread $socket, my $data, 65536;
    print "closed\n";
  },
  stuff => sub {
    my $socket = connect_to(shift);
    $socket->blocking(0);
    while (IO::Select->new($socket)->can_write(0.3)) {
      last unless defined syswrite($socket, 'x' x 65535 . "\n") || $!{EAGAIN};
    }
    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
    close $socket;
  },
  reset => sub {
    my ($address, $heard) = @_;
    my $socket = connect_to($address);
    syswrite $socket, 'x' x 1000;
    sysread $socket, my $data, 1 if $heard;
    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
    close $socket;
  },
  break => sub {
    my $socket = connect_to(shift);
    my $input = do { local $/; binmode STDIN; <STDIN> };
    syswrite $socket, $input;
    for (my $heard = 0; $heard < 12;) { $heard += sysread($socket, my $data, 65536) || last; }
    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
    close $socket;
  },
  breaks => sub {
    my $listener = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0, Listen => 5);
    print $listener->sockport, "\n";
    for (1 .. shift) {
      my $socket = $listener->accept;
      sysread $socket, my $data, 1;
      syswrite $socket, 'part';
      setsockopt $socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
      close $socket;
    }
  },
  echo => sub {
    my ($address, $count) = @_;
    my @sockets = map { connect_to($address) } 1 .. $count;
    syswrite $sockets[$_], "line $_\n" for 0 .. $#sockets;
    my $good = 0;
    for my $i (0 .. $#sockets) {
      my $socket = $sockets[$i];
      ++$good if (<$socket> // '') eq "line $i\n";
      close $socket;
    }
    print "$good\n";
  },
  datagrams => sub {
    my ($address, $count) = @_;
    my $socket = connect_to($address, SOCK_DGRAM);
    for (1 .. $count) { defined syswrite $socket, 'x' or die "peer.pl: $!\n"; }
  },
  datagram => sub {
    my ($address, $text) = @_;
    my $socket = connect_to($address, SOCK_DGRAM);
    $socket->send($text);
    if (IO::Select->new($socket)->can_read(2)) {
      $socket->recv(my $answer, 65536);
      print $answer;
    }
  },
  pause => sub {
    my ($address, $server) = @_;
    my $socket = connect_to($address);
    syswrite $socket, 'x';
    sysread $socket, my $data, 1;
    kill 'TERM', $server;
    select undef, undef, undef, 0.13;
    syswrite $socket, 'y';
    print sysread($socket, $data, 1) ? "an answer\n" : "no answer\n";
  },
  first => sub {
    my ($address, $size, $server) = @_;
    my $socket = connect_to($address);
    my $start = time;
    my ($soon, $all) = (0, 0);
    syswrite $socket, 'x' x $size;
    shutdown $socket, 1;
    while (my $got = sysread $socket, my $data, 65536) {
      $all += $got;
      $soon = $all if time - $start < 0.5;
      if ($server) { kill 'TERM', $server; $server = 0; }
    }
    print "$soon $all\n";
  },
  reflect => sub {
    my ($address, $from, $port) = @_;
    my ($host, $to) = $address =~ /^(.*):(\d+)$/;
    my $socket = IO::Socket::IP->new(LocalHost => $from, LocalPort => $port, Type => SOCK_DGRAM)
      or die "peer.pl: $!\n";
    $socket->send('x', 0, pack_sockaddr_in($to, inet_aton($host))) or die "peer.pl: $!\n";
    print IO::Select->new($socket)->can_read(0.3) ? "an answer\n" : "no answer\n";
  },
  unread => sub {
    my ($path, $own, $count) = @_;
    my $socket = IO::Socket::UNIX->new(Local => $own, Peer => $path, Type => SOCK_DGRAM)
      or die "peer.pl: $!\n";
    for (1 .. $count) { $socket->send('x' x 8192); }
  },
  deaf => sub {
    my $listener = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0, Listen => 1);
    my @fillers = map {
      IO::Socket::IP->new(PeerHost => '127.0.0.1', PeerPort => $listener->sockport, Blocking => 0)
    } 1 .. 8;
    print $listener->sockport, "\n";
    1 while <STDIN>;
  },
  watchdog => sub {
    my ($path, $count) = @_;
    my $socket = IO::Socket::UNIX->new(Local => $path, Type => SOCK_DGRAM) or die "$path: $!\n";
    print "waiting\n";
    my ($before, $longest) = (undef, 0);
    while ($count > 0 && defined $socket->recv(my $text, 4096)) {
      next unless $text =~ /READY=1|WATCHDOG=1/;
      my $now = time;
      $longest = $now - $before if defined $before && $now - $before > $longest;
      $before = $now;
      --$count if $text =~ /WATCHDOG=1/;
    }
    printf "longest %d\n", $longest * 1000;
  },
  timed => sub {
    my ($address, $size, $count) = @_;
    my $start = time;
    my %left = map { $_ => $size } 1 .. $count;
    my %sockets = map { $_ => connect_to($address) } 1 .. $count;
    my $chunk = 'x' x 16384;
    my $back = 0;
    $_->blocking(0) for values %sockets;
    while (%sockets) {
      my ($readable, $writable) = IO::Select->select(
        IO::Select->new(values %sockets),
        IO::Select->new(map { $sockets{$_} } grep { $left{$_} > 0 } keys %sockets));
      for my $id (keys %sockets) {
        my $socket = $sockets{$id};
        if ($left{$id} > 0 && grep { $_ == $socket } @$writable) {
          $left{$id} -= syswrite($socket, $chunk, $left{$id} < 16384 ? $left{$id} : 16384) // 0;
          shutdown $socket, 1 if $left{$id} == 0;
        }
        next unless grep { $_ == $socket } @$readable;
        my $got = sysread $socket, my $data, 65536;
        $back += $got if $got;
        delete $sockets{$id} if defined $got && $got == 0;
      }
    }
    printf "%d %d\n", $back, (time - $start) * 1000;
  },
  notify => sub {
    my ($path, $last) = @_;
    $last //= 'READY=1';
    my $socket = IO::Socket::UNIX->new(Local => $path, Type => SOCK_DGRAM) or die "$path: $!\n";
    print "waiting\n";
    while (defined $socket->recv(my $text, 4096)) {
      print "$text\n";
      last if $text =~ /\Q$last/;
    }
  },
);

my $verb = shift // '';
my $run = $verbs{$verb} // die "peer.pl: unknown verb '$verb'\n";
$run->(@ARGV);
