// The floor: an echo server as one writes it by hand in C.
//
// One thread, one level-triggered epoll set, one recv and one send a message, one shared 64 KiB
// buffer. What a send leaves over is kept with the connection, which is not read again until it
// is gone. There is nothing here that a server could leave out, so every other server is measured
// against it.
//
//   epoll_echo [PORT]     port 0 (the default) takes any; the port is printed on stdout

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kBufferSize = 64 * 1024, kMaxEvents = 256, kBacklog = 4096 };

struct connection {
  int fd;
  char* rest;  // what the last send did not take; null when all was sent
  size_t rest_begin, rest_end;
};

static char buffer[kBufferSize];
static int epoll_fd;

static void die(const char* what) {
  perror(what);
  exit(3);
}

static void watch(int operation, int fd, unsigned events, void* data) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(epoll_fd, operation, fd, &event) != 0) die("epoll_ctl");
}

// Closing takes the descriptor out of the epoll set by itself.
static void drop(struct connection* c) {
  close(c->fd);
  free(c->rest);
  free(c);
}

static void keep_rest(struct connection* c, const char* data, size_t size) {
  c->rest = malloc(size);
  if (!c->rest) die("malloc");
  memcpy(c->rest, data, size);
  c->rest_begin = 0;
  c->rest_end = size;
  watch(EPOLL_CTL_MOD, c->fd, EPOLLOUT, c);
}

static void on_readable(struct connection* c) {
  ssize_t got = recv(c->fd, buffer, sizeof buffer, 0);
  if (got <= 0) {
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    drop(c);
    return;
  }
  ssize_t sent = send(c->fd, buffer, (size_t)got, MSG_NOSIGNAL);
  if (sent == got) return;
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) {
      drop(c);
      return;
    }
    sent = 0;
  }
  keep_rest(c, buffer + sent, (size_t)(got - sent));
}

static void on_writable(struct connection* c) {
  ssize_t sent = send(c->fd, c->rest + c->rest_begin, c->rest_end - c->rest_begin, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) drop(c);
    return;
  }
  c->rest_begin += (size_t)sent;
  if (c->rest_begin < c->rest_end) return;
  free(c->rest);
  c->rest = NULL;
  watch(EPOLL_CTL_MOD, c->fd, EPOLLIN, c);
}

// One accept a wake-up: level triggering says it again when more are waiting, and one that finds
// nothing would cost a system call for every lone connection. TCP_NODELAY comes from the listener.
static void on_acceptable(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  struct connection* c = malloc(sizeof *c);
  if (!c) die("malloc");
  *c = (struct connection){.fd = fd};
  watch(EPOLL_CTL_ADD, fd, EPOLLIN, c);
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
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  int listener = listen_on((unsigned short)(argc > 1 ? atoi(argv[1]) : 0));
  watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);

  struct epoll_event events[kMaxEvents];
  for (;;) {
    int count = epoll_wait(epoll_fd, events, kMaxEvents, -1);
    for (int i = 0; i < count; ++i) {
      struct connection* c = events[i].data.ptr;
      if (!c) {
        on_acceptable(listener);
      } else if (c->rest) {
        on_writable(c);
      } else {
        on_readable(c);
      }
    }
  }
}
