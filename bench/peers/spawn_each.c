// The floor of a program for each connection: accept, posix_spawn with the connection as standard
// input and output, wait.
//
//   spawn_each PORT PROGRAM [ARGUMENT…]     port 0 takes any; the port is printed on stdout

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

static void die(const char* what) {
  perror(what);
  exit(3);
}

static int listen_at(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((unsigned short)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd < 0 || bind(fd, (struct sockaddr*)&address, size) != 0 || listen(fd, 4096) != 0) {
    die("listen");
  }
  getsockname(fd, (struct sockaddr*)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int listener = listen_at(atoi(argv[1]));
  for (;;) {
    const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) die("accept");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, 0);
    posix_spawn_file_actions_adddup2(&actions, fd, 1);
    pid_t pid = 0;
    if (posix_spawn(&pid, argv[2], &actions, NULL, argv + 2, environ) != 0) die("posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(fd);
    waitpid(pid, NULL, 0);
  }
}
