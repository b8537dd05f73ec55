// A relay of one stream at a time as one writes it by hand in C: splice(2) through a pipe each way.
//
//   splice_relay TARGET-PORT     the port that it listens on is printed on stdout

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay_sockets.h"

enum { kPipe = 64 * 1024 };

struct way {
  int from, to;
  int pipe[2];
  size_t inside;
  int ended;
};

// Moves what goes without waiting. Returns 0 when there is nothing left to do, ever.
static int carry(struct way* w) {
  for (;;) {
    if (w->inside == 0) {
      if (w->ended) return 0;
      ssize_t got =
          splice(w->from, NULL, w->pipe[1], NULL, kPipe, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
      if (got < 0 && errno == EAGAIN) return 1;
      if (got <= 0) {
        w->ended = 1;
        shutdown(w->to, SHUT_WR);
        return 0;
      }
      w->inside = (size_t)got;
    }
    ssize_t sent =
        splice(w->pipe[0], NULL, w->to, NULL, w->inside, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    if (sent < 0) return errno == EAGAIN;
    w->inside -= (size_t)sent;
  }
}

static void relay(int client, int server) {
  struct way ways[2] = {{.from = client, .to = server}, {.from = server, .to = client}};
  for (int i = 0; i < 2; ++i) {
    if (pipe2(ways[i].pipe, O_NONBLOCK) != 0) die("pipe2");
  }
  int live[2] = {1, 1};
  while (live[0] || live[1]) {
    struct pollfd fds[2];
    for (int i = 0; i < 2; ++i) {
      if (live[i]) live[i] = carry(&ways[i]);
    }
    for (int i = 0; i < 2; ++i) {
      const struct way *in = &ways[i], *out = &ways[1 - i];
      fds[i].fd = (live[i] && in->inside == 0) || (live[1 - i] && out->inside > 0) ? in->from : -1;
      fds[i].events = (short)((live[i] && in->inside == 0 ? POLLIN : 0) |
                              (live[1 - i] && out->inside > 0 ? POLLOUT : 0));
    }
    if (live[0] || live[1]) poll(fds, 2, -1);
  }
  for (int i = 0; i < 2; ++i) close(ways[i].pipe[0]), close(ways[i].pipe[1]);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  int listener = listen_anywhere(0);
  for (;;) {
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) continue;
    int server = connect_to((unsigned short)atoi(argv[1]));
    relay(client, server);
    close(client);
    close(server);
  }
}
