// The far end of a stream in bulk: takes bytes without looking at them, and says one byte for so
// many, by which the near end knows that they have arrived.
//
//   bulk_sink 0 BYTES     the port that it listens on is printed on stdout

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "relay_sockets.h"

enum { kAtOnce = 1024 * 1024 };

// The kernel throws them away: what this end costs is not what is measured.
static void take(int fd, size_t each) {
  size_t left = each;
  for (;;) {
    ssize_t got = recv(fd, NULL, left < kAtOnce ? left : kAtOnce, MSG_TRUNC);
    if (got <= 0) return;
    left -= (size_t)got;
    if (left > 0) continue;
    left = each;
    if (send(fd, "k", 1, MSG_NOSIGNAL) != 1) return;
  }
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  signal(SIGCHLD, SIG_IGN);
  int listener = listen_anywhere(0);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) continue;
    if (fork() == 0) {
      take(fd, (size_t)strtoull(argv[2], NULL, 10));
      _exit(0);
    }
    close(fd);
  }
}
