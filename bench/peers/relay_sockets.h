// What the relays in C have in common: a socket that listens, and one that is connected.

#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

__attribute__((unused)) static void die(const char* what) {
  perror(what);
  exit(3);
}

static struct sockaddr_in loopback(unsigned short port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  return address;
}

// On any port, which is printed.
static int listen_anywhere(int flags) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) die("socket");
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = loopback(0);
  if (bind(fd, (struct sockaddr*)&address, sizeof address) != 0) die("bind");
  if (listen(fd, 4096) != 0) die("listen");
  socklen_t length = sizeof address;
  getsockname(fd, (struct sockaddr*)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

// Does not block from then on.
__attribute__((unused)) static int connect_to(unsigned short port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = loopback(port);
  if (connect(fd, (struct sockaddr*)&address, sizeof address) != 0) die("connect");
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}
