// A name server that has one answer for everything: 192.0.2.1, by an A record of five seconds. It
// prints its port. What a client of DNS costs is measured against it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { header = 12, longest = 512 };

int main(void) {
  static const unsigned char record[] = {0xc0, header, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 1};
  unsigned char message[longest + sizeof record];
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof here;
  const int room = 1 << 22;
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr*)&here, size) != 0 ||
      getsockname(fd, (struct sockaddr*)&here, &size) != 0) {
    perror("dns_answers");
    return 1;
  }
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  printf("%d\n", ntohs(here.sin_port));
  fflush(stdout);
  for (;;) {
    struct sockaddr_in peer;
    socklen_t peer_size = sizeof peer;
    const ssize_t count = recvfrom(fd, message, longest, 0, (struct sockaddr*)&peer, &peer_size);
    ssize_t end = header;
    while (end < count && message[end] != 0) end += message[end] + 1;
    end += 5;
    if (end > count) continue;  // no question
    message[2] |= 0x80;         // QR
    message[3] = 0x80;          // RA
    message[7] = 1;             // an answer, and nothing else
    memset(message + 8, 0, 4);
    memcpy(message + end, record, sizeof record);
    sendto(fd, message, (size_t)end + sizeof record, 0, (struct sockaddr*)&peer, peer_size);
  }
}
