#!/usr/bin/perl
# dns_peer.pl [ADDRESS [PORT]]: a name server for the smoke tests of gnet dns, on UDP and TCP, which
# answers as the first label of a name wants it. It prints its port, and ends with standard input, or
# after 300 seconds. What begins with "POST /dns-query" is DNS over HTTP.
#
#   www          192.0.2.1, 2001:db8::1, and a record of every type that it knows
#   alias        CNAME www, and what that has
#   say          TXT: what the query says, and by which way it has come
#   large        TXT of 3000 bytes: too large for UDP
#   control      TXT with control characters
#   none         no such name; empty: no such record
#   servfail refused formerr notimp    these statuses
#   blocked      SERVFAIL, with an extended error
#   loop         a name that leads to itself; cut-N: N bytes of the answer to www
#   stranger     a record of another name; short: truncated, by whatever way
#   wrongid wrongname wrongtype query    what is no answer, and then one
#   elsewhere    an answer from another port, and then one
#   garbage      other bytes, and then an answer
#   forged       wrongid, and nothing else
#   deaf         no answer; second: none to the first query of that name
#   late         an answer after half a second
#   gone         over TCP the end without an answer, once for each name; over UDP truncated
#   insist       BADCOOKIE until the cookie is the server's
#   huge status type    over HTTP: 70,000 bytes, status 503, another media type
#   moved        over HTTP: a redirect to where there is an answer
use strict;
use warnings;
use IO::Select;
use IO::Socket::IP;
use Socket qw(SOCK_STREAM SOCK_DGRAM inet_pton AF_INET AF_INET6);

my ($address, $wanted) = (shift // '127.0.0.1', shift // 0);
$SIG{PIPE} = 'IGNORE';
my ($tcp, $udp);
for (1 .. 50) {
  $tcp = IO::Socket::IP->new(LocalHost => $address, LocalPort => $wanted, Listen => 64,
                             Type => SOCK_STREAM, ReuseAddr => 1) or die "dns_peer.pl: $@\n";
  $udp = IO::Socket::IP->new(LocalHost => $address, LocalPort => $tcp->sockport, Type => SOCK_DGRAM)
    and last;
}
die "dns_peer.pl: no port\n" unless $udp;
my $other = IO::Socket::IP->new(LocalHost => $address, LocalPort => 0, Type => SOCK_DGRAM);
$| = 1;
print $tcp->sockport, "\n";
alarm 300;

my (%seen, %data, @later);
my $select = IO::Select->new($tcp, $udp, \*STDIN);
while (1) {
  for my $ready ($select->can_read(@later ? 0.05 : undef)) {
    if ($ready == \*STDIN) {
      exit 0 unless sysread STDIN, my $byte, 1;
    } elsif ($ready == $tcp) {
      my $socket = $tcp->accept or next;
      $data{$socket} = '';
      $select->add($socket);
    } elsif ($ready == $udp) {
      my $peer = $udp->recv(my $query, 65535) // next;
      answer($query, 'udp', sub { $udp->send($_[0], 0, $peer) },
             sub { $other->send($_[0], 0, $peer) });
    } else {
      my $size = sysread $ready, $data{$ready}, 65536, length $data{$ready};
      if (!$size) {
        $select->remove($ready);
        delete $data{$ready};
        close $ready;
      } else {
        stream($ready);
      }
    }
  }
  my $now = times_now();
  @later = grep { $_->[0] > $now || ($_->[1]->(), 0)[1] } @later;
}

sub times_now { require Time::HiRes; return Time::HiRes::time() }

sub stream {
  my ($socket) = @_;
  my $end = sub { $select->remove($socket); delete $data{$socket}; close $socket };
  while (defined $data{$socket}) {
    if ($data{$socket} =~ /^POST /) {
      my ($head, $rest) = split /\r\n\r\n/, $data{$socket}, 2;
      my ($size) = $head =~ /^content-length: *(\d+)/im;
      return unless defined $rest && defined $size && length $rest >= $size;
      $data{$socket} = substr $rest, $size;
      my ($status, $type) = ('200 OK', 'application/dns-message');
      my ($name) = name_of(substr $rest, 0, $size);
      $status = '503 Service Unavailable' if $name =~ /^status\b/;
      $type = 'text/html' if $name =~ /^type\b/;
      $type .= "\r\nLocation: /dns-query?again" if $name =~ /^moved\b/;
      $status = '307 Temporary Redirect' if $name =~ /^moved\b/ && $head !~ /\?again/;
      $status = '400 Bad Request' unless $head =~ m{^POST /dns-query(\?again)? HTTP/1.1} &&
        $head =~ m{^content-type: application/dns-message}im;
      answer(substr($rest, 0, $size), 'https', sub {
        my $body = $name =~ /^huge\b/ ? $_[0] . "\0" x 70_000 : $_[0];
        syswrite $socket, "HTTP/1.1 $status\r\nContent-Type: $type\r\nContent-Length: " .
          length($body) . "\r\n\r\n$body";
      }, $end);
    } else {
      return if length $data{$socket} < 2;
      my $size = unpack 'n', $data{$socket};
      return if length $data{$socket} < 2 + $size;
      my $query = substr $data{$socket}, 2, $size;
      $data{$socket} = substr $data{$socket}, 2 + $size;
      answer($query, 'tcp', sub { syswrite $socket, pack('n', length $_[0]) . $_[0] }, $end);
    }
  }
}

# The name of a question, its type and class, and where it ends.
sub name_of {
  my ($query) = @_;
  my ($at, @labels) = (12);
  while ($at < length $query and my $size = ord substr $query, $at, 1) {
    push @labels, substr $query, $at + 1, $size;
    $at += 1 + $size;
  }
  return (join('.', @labels), unpack('nn', substr($query, $at + 1, 4)), $at + 5);
}

sub wire { return join('', map { chr(length) . $_ } split /\./, $_[0]) . "\0" }
sub text { return join '', map { chr(length) . $_ } @_ }
our $class_now = 1;  # of the question that is being answered
sub record {
  my ($type, $data, $name) = @_;
  return ($name // "\xc0\x0c") . pack('nnNn', $type, $class_now, 300, length $data) . $data;
}

sub www {
  my ($type, $name) = @_;
  my %records = (
    1 => [inet_pton(AF_INET, '192.0.2.1')],
    28 => [inet_pton(AF_INET6, '2001:db8::1')],
    2 => [wire('ns1.test'), wire('ns2.test')],
    6 => [wire('ns1.test') . wire('host.test') . pack('N5', 1, 7200, 3600, 86400, 60)],
    12 => [wire('www.test')],
    15 => [pack('n', 10) . wire('mx.test'), pack('n', 20) . wire('mx2.test')],
    16 => [text('v=spf1 -all'), text('two', 'parts')],
    33 => [pack('nnn', 1, 2, 443) . wire('www.test')],
    65 => [pack('n', 1) . "\0" . pack('nn', 1, 3) . text('h2') . pack('nnn', 3, 2, 8443)],
    257 => [chr(0) . text('issue') . 'ca.test'],
    48 => [pack('nCC', 257, 3, 13) . 'k' x 64],
    65280 => ["\1\2\3"],
  );
  return map { record($type, $_, $name) } @{$records{$type} // []};
}

# What EDNS of a query says: the size, the flags, and options by their codes.
sub edns {
  my ($query, $at) = @_;
  return unless unpack('n', substr $query, 10, 2) && length $query >= $at + 11;
  my ($size, $flags, $length) = (unpack('n', substr $query, $at + 3, 2),
                                 unpack('N', substr $query, $at + 5, 4),
                                 unpack('n', substr $query, $at + 9, 2));
  my ($options, %options) = (substr $query, $at + 11, $length);
  while (length $options >= 4) {
    my ($code, $bytes) = unpack 'nn', $options;
    $options{$code} = substr $options, 4, $bytes;
    $options = substr $options, 4 + $bytes;
  }
  return {size => $size, do => $flags & 0x8000 ? 1 : 0, options => \%options};
}

sub answer {
  my ($query, $way, $send, $elsewhere) = @_;
  return if length $query < 17;
  my ($name, $type, $class, $end) = name_of($query);
  local $class_now = $class;
  my ($id, $asked) = unpack 'nn', $query;
  my $question = substr $query, 12, $end - 12;
  my $edns = edns($query, $end);
  my ($kind) = map { lc } split /\./, $name;
  $kind = 'none' if $name =~ /^[\d.]+$/;  # an address is no name
  my ($rcode, $truncated, $options, @records) = (0, 0, '');
  my $option = sub { $options .= pack('nn', $_[0], length $_[1]) . $_[1] };

  my $message = sub {
    my (%change) = @_;
    my $extra = '';
    if ($edns) {
      $extra = "\0" . pack('nnNn', 41, 1232, ($rcode >> 4 << 24) | ($edns->{do} ? 0x8000 : 0),
                           length $options) . $options;
    }
    my $flags = 0x8080 | $asked & 0x0130 | $rcode & 15 | ($truncated ? 0x200 : 0);
    $flags = $change{flags} if defined $change{flags};
    return pack('n6', $change{id} // $id, $flags, 1, scalar @records, 0, $edns ? 1 : 0) .
      ($change{question} // $question) . join('', @records) . $extra;
  };

  my $seen = $seen{"$way $name"}++;
  if ($edns) {
    my $asked_for = $edns->{options};
    $option->(3, 'machine 7') if exists $asked_for->{3};
    $option->(8, pack('nCC', unpack('nC', $asked_for->{8}), 20) . substr($asked_for->{8}, 4))
      if exists $asked_for->{8};
    if (defined(my $cookie = $asked_for->{10})) {
      $option->(10, substr($cookie, 0, 8) . 'itsmine!');
      $rcode = 23 if $kind eq 'insist' && length $cookie == 8;
      $options =~ s/itsmine!/itsnotmi/ if $kind eq 'othercookie';
    }
  }

  if ($kind eq 'deaf' || $kind eq 'second' && !$seen) {
    return;
  } elsif ($kind eq 'say') {
    my $say = "$way id=" . ($id ? 'some' : 0) . ' rd=' . ($asked >> 8 & 1) . ' ad=' .
      ($asked >> 5 & 1) . ' cd=' . ($asked >> 4 & 1) . " class=$class size=" . length($query);
    if ($edns) {
      $say .= " edns=$edns->{size} do=$edns->{do}";
      $say .= " $_=" . unpack('H*', $edns->{options}{$_})
        for grep { $_ != 12 } sort { $a <=> $b } keys %{$edns->{options}};
    }
    @records = record(16, text($say));
  } elsif ($kind eq 'large') {
    @records = map { record(16, text('x' x 250)) } 1 .. 12;
    ($truncated, @records) = (1) if $way eq 'udp';
  } elsif ($kind eq 'control') {
    @records = record(16, text("a\e[31mb\n\x07\"c\\\xff"));
  } elsif ($kind eq 'alias') {
    @records = (record(5, wire('www.test')), www($type, wire('www.test')));
  } elsif (defined(my $code = {none => 3, formerr => 1, servfail => 2, blocked => 2, notimp => 4,
                               refused => 5}->{$kind})) {
    $rcode = $code;
    $option->(15, pack('n', 15) . 'by order') if $kind eq 'blocked';
  } elsif ($kind eq 'loop') {
    my $at = 12 + length $question;
    @records = record(5, pack('n', 0xc000 | $at + 12));
  } elsif ($kind eq 'stranger') {
    @records = www($type, wire('evil.test'));
  } elsif ($kind eq 'short') {
    $truncated = 1;
  } elsif ($kind eq 'gone') {
    return $elsewhere->() if $way ne 'udp' && !$seen;
    @records = www($type);
    $truncated = $way eq 'udp';
  } elsif ($rcode == 0 && $kind ne 'empty') {
    @records = www($type);
  }

  if (my ($size) = $kind =~ /^cut-(\d+)$/) {
    return $send->(substr $message->(), 0, $size);
  }
  $send->($message->(id => $id ^ 1)) if $kind eq 'wrongid' || $kind eq 'forged';
  return if $kind eq 'forged';
  $send->($message->(question => wire('wrong.test') . pack 'nn', $type, $class))
    if $kind eq 'wrongname';
  $send->($message->(question => wire($name) . pack 'nn', $type ^ 1, $class))
    if $kind eq 'wrongtype';
  $send->($message->(flags => 0x0100)) if $kind eq 'query';
  $send->('no message at all') if $kind eq 'garbage';
  $elsewhere->($message->()) if $kind eq 'elsewhere' && $way eq 'udp';
  return push @later, [times_now() + 0.5, sub { $send->($message->()) }] if $kind eq 'late';
  $send->($message->());
}
