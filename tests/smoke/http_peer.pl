#!/usr/bin/perl
# http_peer.pl FOLDER: an HTTP server for the smoke tests of gnet http, which behaves as it is told
# to. It prints its port, and ends with standard input, or after 60 seconds. FOLDER is for what it
# has to remember.
#
#   /echo            the request as it came, head and body
#   /json            a JSON document
#   /bytes/N         N bytes that have ranges; ?tag=T is their ETag, ?cut=M ends after M bytes
#   /status/N        an answer of this status, "status N"
#   /redirect/N      N redirects, and then /echo
#   /to?URL          a redirect to there (307)
#   /busy/NAME/N     N times 503, and then "ready"
#   /cookie          sets a cookie
#   /gzip            "hello, compressed", compressed
#   /events          an event stream of two events
#   /html            "<p>hello</p>" with fields that have to be told apart
#   /hang            no answer
#   /cut             less than was announced
#   /garbage         no HTTP
use strict;
use warnings;
use IO::Compress::Gzip;
use IO::Socket::IP;
use Socket qw(SOCK_STREAM);

my $folder = shift // '.';
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';
my $listener = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0, Listen => 64,
                                   Type => SOCK_STREAM) or die "http_peer.pl: $!\n";
$| = 1;
print $listener->sockport, "\n";

# The end of standard input is the end.
my $parent = $$;
my $watcher = fork;
if (!$watcher) {
  alarm 60;
  $SIG{ALRM} = sub { kill 'KILL', $parent; exit 0 };
  close $listener;
  my $byte;
  1 while sysread STDIN, $byte, 1;
  kill 'KILL', $parent;
  exit 0;
}
open STDIN, '<', '/dev/null';
while (1) {
  my $socket = $listener->accept or next;
  next if fork;
  close $listener;
  alarm 30;
  serve($socket);
  exit 0;
}

sub reply {
  my ($socket, $status, $body, %fields) = @_;
  $fields{'Content-Length'} //= length $body;
  my $head = "HTTP/1.1 $status\r\n" . join('', map { "$_: $fields{$_}\r\n" } sort keys %fields);
  print $socket "$head\r\n$body";
  $socket->flush;
}

sub serve {
  my ($socket) = @_;
  $socket->autoflush(0);
  while (defined(my $line = <$socket>)) {
    my $head = $line;
    while (defined($line = <$socket>)) {
      $head .= $line;
      last if $line eq "\r\n";
    }
    my ($method, $target) = $head =~ /^(\S+) (\S+)/ or return;
    $target =~ s{^http://[^/]*}{};  # asked as a proxy
    my ($path, $query) = split /\?/, $target, 2;
    $query //= '';
    my $body = '';
    if ($head =~ /^Expect: 100-continue\r$/mi) {
      print $socket "HTTP/1.1 100 Continue\r\n\r\n";
      $socket->flush;
    }
    if ($head =~ /^Content-Length: (\d+)\r$/mi) {
      read $socket, $body, $1;
    } elsif ($head =~ /^Transfer-Encoding: chunked\r$/mi) {
      while (defined($line = <$socket>)) {
        my ($size) = map { hex } $line =~ /^([0-9a-fA-F]+)/ or return;
        my $chunk = '';
        read $socket, $chunk, $size if $size > 0;
        $body .= $chunk;
        $line = <$socket>;
        last if $size == 0;
      }
    }
    answer($socket, $method, $path, $query, $head, $body) or return;
  }
}

# True if the connection stays.
sub answer {
  my ($socket, $method, $path, $query, $head, $body) = @_;
  if ($path eq '/echo') {
    reply($socket, '200 OK', $head . $body, 'Content-Type' => 'text/plain');
  } elsif ($path eq '/json') {
    reply($socket, '200 OK', '{"a":[1,2],"b":"x"}', 'Content-Type' => 'application/json');
  } elsif ($path eq '/html') {
    reply($socket, '200 Fine', '<p>hello</p>', 'Content-Type' => 'text/html', 'X-Mine' => 'one, two');
  } elsif ($path =~ m{^/status/(\d+)}) {
    reply($socket, "$1 Told", "status $1");
  } elsif ($path =~ m{^/redirect/(\d+)}) {
    my $to = $1 > 1 ? '/redirect/' . ($1 - 1) : '/echo';
    reply($socket, '302 Found', 'elsewhere', Location => $to);
  } elsif ($path eq '/to') {
    reply($socket, '307 Temporary Redirect', '', Location => $query);
  } elsif ($path =~ m{^/busy/(\w+)/(\d+)}) {
    my ($file, $times) = ("$folder/$1", $2);
    open my $log, '>>', $file or die;
    print $log 'x';
    close $log;
    return reply($socket, '200 OK', 'ready') || 1 if -s $file > $times;
    reply($socket, '503 Busy', 'busy', 'Retry-After' => 0);
  } elsif ($path eq '/cookie') {
    reply($socket, '200 OK', 'set', 'Set-Cookie' => 'kind=oat; Path=/; Max-Age=1000');
  } elsif ($path eq '/gzip') {
    my ($text, $packed) = ('hello, compressed', '');
    IO::Compress::Gzip::gzip(\$text => \$packed);
    reply($socket, '200 OK', $packed, 'Content-Encoding' => 'gzip');
  } elsif ($path eq '/events') {
    reply($socket, '200 OK', "data: one\n\nevent: count\nid: 7\ndata: two\ndata: lines\n\n",
          'Content-Type' => 'text/event-stream');
  } elsif ($path =~ m{^/bytes/(\d+)}) {
    bytes($socket, $1, $query, $head) or return 0;
  } elsif ($path eq '/hang') {
    my $byte;
    sysread $socket, $byte, 1;  # until the client goes
    return 0;
  } elsif ($path eq '/cut') {
    reply($socket, '200 OK', 'hello', 'Content-Length' => 10);
    return 0;
  } elsif ($path eq '/garbage') {
    print $socket "SSH-2.0-peer\r\n\r\n";
    return 0;
  } else {
    reply($socket, '404 Not Found', 'nothing here');
  }
  return 1;
}

sub bytes {
  my ($socket, $size, $query, $head) = @_;
  my %fields = ('Accept-Ranges' => 'bytes');
  my ($tag) = $query =~ /tag=(\w+)/;
  my ($cut) = $query =~ /cut=(\d+)/;
  $fields{ETag} = "\"$tag\"" if $tag;
  my ($from, $status) = (0, '200 OK');
  if ($head =~ /^Range: bytes=(\d+)-(\d*)\r$/mi) {
    my ($first, $last) = ($1, $2 eq '' ? $size - 1 : $2);
    my $fresh = $head !~ /^If-Range: (.*)\r$/mi || ($tag && $1 eq "\"$tag\"");
    if ($fresh && $first >= $size) {
      reply($socket, '416 No', '', 'Content-Range' => "bytes */$size");
      return 1;
    }
    if ($fresh) {
      ($from, $status) = ($first, '206 Partial Content');
      $fields{'Content-Range'} = "bytes $first-$last/$size";
      $size = $last + 1;
    }
  }
  my $body = substr('0123456789' x ($size / 10 + 1), $from, $size - $from);
  reply($socket, $status, defined $cut ? substr($body, 0, $cut) : $body, %fields,
        'Content-Length' => length $body);
  return !defined $cut;
}
