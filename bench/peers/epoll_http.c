// The floor of HTTP: a loop that has no idea of it.
//
// Whatever comes is taken for requests, as many of them at once as the command line says, and gets
// the same bytes each time. One thread, one level-triggered epoll set, one recv and one send. What
// a server does beyond that is to find out what it was asked, and to answer accordingly.
//
//   epoll_http [PORT [REQUESTS]]     port 0 (the default) takes any; the port is printed on stdout

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kBufferSize = 64 * 1024, kMaxEvents = 256, kBacklog = 4096, kMaxRequests = 256 };

static const char kAnswer[] =
    "HTTP/1.1 200 OK\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Length: 13\r\n"
    "Content-Type: text/plain\r\n"
    "\r\n"
    "Hello, World!";

static char buffer[kBufferSize];
static char answers[kMaxRequests * sizeof kAnswer];
static size_t answers_size;
static int epoll_fd;

static void die(const char* what) {
  perror(what);
  exit(3);
}

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

static int listen_on(unsigned short port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (bind(fd, (struct sockaddr*)&address, sizeof address) != 0) die("bind");
  if (listen(fd, kBacklog) != 0) die("listen");
  socklen_t length = sizeof address;
  getsockname(fd, (struct sockaddr*)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int argc, char** argv) {
  int requests = argc > 2 ? atoi(argv[2]) : 1;
  if (requests < 1 || requests > kMaxRequests) {
    fputs("usage: epoll_http [PORT [REQUESTS]]\n", stderr);
    return 2;
  }
  for (int i = 0; i < requests; ++i) {
    memcpy(answers + answers_size, kAnswer, sizeof kAnswer - 1);
    answers_size += sizeof kAnswer - 1;
  }
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  int listener = listen_on((unsigned short)(argc > 1 ? atoi(argv[1]) : 0));
  watch(listener);

  struct epoll_event events[kMaxEvents];
  for (;;) {
    int count = epoll_wait(epoll_fd, events, kMaxEvents, -1);
    for (int i = 0; i < count; ++i) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client >= 0) watch(client);
      } else if (recv(fd, buffer, sizeof buffer, 0) <= 0 ||
                 send(fd, answers, answers_size, MSG_NOSIGNAL) != (ssize_t)answers_size) {
        close(fd);
      }
    }
  }
}
