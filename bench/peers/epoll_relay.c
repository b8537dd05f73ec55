// A relay of any number of connections as one writes it by hand in C: one thread, one
// level-triggered epoll set, one recv and one send each way, one shared buffer of 64 KiB. What a
// send leaves over is kept, and its source not read until that is gone.
//
//   epoll_relay TARGET-PORT     the port that it listens on is printed on stdout

#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "relay_sockets.h"

enum { kBufferSize = 64 * 1024, kMaxEvents = 256 };

struct pair;

struct end {
  int fd;
  unsigned events;  // that it is watched for
  char* rest;       // for this end, which has not taken it; null when all was sent
  size_t rest_begin, rest_end;
  int ended;  // nothing more comes from it
  struct end* other;
  struct pair* pair;
};

struct pair {
  struct end ends[2];
  struct pair* next_dead;
  int dead;
};

static char buffer[kBufferSize];
static int epoll_fd;
static struct pair* dead;

static void watch(struct end* e) {
  unsigned events = (e->ended || e->other->rest ? 0 : EPOLLIN) | (e->rest ? EPOLLOUT : 0);
  if (events == e->events) return;
  e->events = events;
  struct epoll_event event = {.events = events, .data.ptr = e};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, e->fd, &event);
}

// The memory stays until no event of this round can point to it.
static void drop(struct pair* p) {
  if (p->dead) return;
  p->dead = 1;
  for (int i = 0; i < 2; ++i) {
    close(p->ends[i].fd);
    free(p->ends[i].rest);
  }
  p->next_dead = dead;
  dead = p;
}

static void on_readable(struct end* e) {
  ssize_t got = recv(e->fd, buffer, sizeof buffer, 0);
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) drop(e->pair);
    return;
  }
  struct end* to = e->other;
  if (got == 0) {
    e->ended = 1;
    shutdown(to->fd, SHUT_WR);
    if (to->ended) return drop(e->pair);
    return watch(e);
  }
  ssize_t sent = send(to->fd, buffer, (size_t)got, MSG_NOSIGNAL);
  if (sent == got) return;
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) return drop(e->pair);
    sent = 0;
  }
  to->rest_end = (size_t)(got - sent);
  to->rest_begin = 0;
  to->rest = malloc(to->rest_end);
  if (!to->rest) die("malloc");
  memcpy(to->rest, buffer + sent, to->rest_end);
  watch(e);
  watch(to);
}

static void on_writable(struct end* e) {
  ssize_t sent = send(e->fd, e->rest + e->rest_begin, e->rest_end - e->rest_begin, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) drop(e->pair);
    return;
  }
  e->rest_begin += (size_t)sent;
  if (e->rest_begin < e->rest_end) return;
  free(e->rest);
  e->rest = NULL;
  watch(e);
  watch(e->other);
}

static void on_acceptable(int listener, unsigned short target) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  struct pair* p = calloc(1, sizeof *p);
  if (!p) die("malloc");
  const int fds[2] = {fd, connect_to(target)};
  for (int i = 0; i < 2; ++i) {
    struct end* e = &p->ends[i];
    *e = (struct end){.fd = fds[i], .events = EPOLLIN, .other = &p->ends[1 - i], .pair = p};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = e};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, e->fd, &event) != 0) die("epoll_ctl");
  }
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const unsigned short target = (unsigned short)atoi(argv[1]);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  int listener = listen_anywhere(SOCK_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);

  struct epoll_event events[kMaxEvents];
  for (;;) {
    int count = epoll_wait(epoll_fd, events, kMaxEvents, -1);
    for (int i = 0; i < count; ++i) {
      struct end* e = events[i].data.ptr;
      if (!e) {
        on_acceptable(listener, target);
        continue;
      }
      if (!e->pair->dead && (events[i].events & EPOLLOUT) && e->rest) on_writable(e);
      if (!e->pair->dead && (events[i].events & ~(unsigned)EPOLLOUT)) on_readable(e);
    }
    while (dead) {
      struct pair* p = dead;
      dead = p->next_dead;
      free(p);
    }
  }
}
