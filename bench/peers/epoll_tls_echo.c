// The floor of TLS: the echo server of epoll_echo.c with OpenSSL called directly on each socket.
//
// One thread, one level-triggered epoll set, one SSL_read and one SSL_write a message. A connection
// whose SSL_write did not end is not read until it does.
//
//   epoll_tls_echo PORT CERTIFICATE KEY     PEM files; port 0 takes any; it is printed on stdout

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kBufferSize = 64 * 1024, kMaxEvents = 256, kBacklog = 4096 };

struct connection {
  int fd;
  unsigned events;  // what epoll watches for
  SSL* ssl;
  char* rest;  // what SSL_write has to be called with again; null when all was sent
  size_t rest_begin, rest_end;
};

static char buffer[kBufferSize];
static int epoll_fd;
static SSL_CTX* context;

static void die(const char* what) {
  perror(what);
  ERR_print_errors_fp(stderr);
  exit(3);
}

static void watch(int operation, int fd, unsigned events, void* data) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(epoll_fd, operation, fd, &event) != 0) die("epoll_ctl");
}

static void drop(struct connection* c) {
  SSL_shutdown(c->ssl);
  SSL_free(c->ssl);
  close(c->fd);
  free(c->rest);
  free(c);
}

// Has epoll wait for what the last call wanted. False if the connection has ended.
static int want(struct connection* c, int result) {
  unsigned events = EPOLLIN;
  switch (SSL_get_error(c->ssl, result)) {
    case SSL_ERROR_WANT_READ:
      break;
    case SSL_ERROR_WANT_WRITE:
      events = EPOLLOUT;
      break;
    default:
      ERR_clear_error();
      drop(c);
      return 0;
  }
  if (events != c->events) watch(EPOLL_CTL_MOD, c->fd, c->events = events, c);
  return 1;
}

static int write_rest(struct connection* c) {
  while (c->rest_begin < c->rest_end) {
    int sent = SSL_write(c->ssl, c->rest + c->rest_begin, (int)(c->rest_end - c->rest_begin));
    if (sent <= 0) {
      want(c, sent);
      return 0;
    }
    c->rest_begin += (size_t)sent;
  }
  free(c->rest);
  c->rest = NULL;
  return 1;
}

// Level triggering speaks of the socket, not of what OpenSSL has decrypted already: all of a record
// is read at once, since the buffer is larger than any.
static void on_event(struct connection* c) {
  if (c->rest && !write_rest(c)) return;
  int got = SSL_read(c->ssl, buffer, sizeof buffer);  // and the handshake
  if (got <= 0) {
    want(c, got);
    return;
  }
  int sent = SSL_write(c->ssl, buffer, got);
  if (sent == got) {
    if (c->events != EPOLLIN) watch(EPOLL_CTL_MOD, c->fd, c->events = EPOLLIN, c);
    return;
  }
  c->rest_begin = sent > 0 ? (size_t)sent : 0;
  c->rest_end = (size_t)got;
  c->rest = malloc(c->rest_end);
  if (!c->rest) die("malloc");
  memcpy(c->rest, buffer, c->rest_end);
  if (sent <= 0) {
    want(c, sent);
  } else {
    watch(EPOLL_CTL_MOD, c->fd, c->events = EPOLLOUT, c);
  }
}

static void on_acceptable(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  struct connection* c = malloc(sizeof *c);
  SSL* ssl = SSL_new(context);
  if (!c || !ssl || SSL_set_fd(ssl, fd) != 1) die("SSL_new");
  SSL_set_accept_state(ssl);
  *c = (struct connection){.fd = fd, .events = EPOLLIN, .ssl = ssl};
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
  if (argc != 4) {
    fputs("usage: epoll_tls_echo PORT CERTIFICATE KEY\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  context = SSL_CTX_new(TLS_server_method());
  if (!context || SSL_CTX_use_certificate_chain_file(context, argv[2]) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) != 1) {
    die("SSL_CTX");
  }
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  int listener = listen_on((unsigned short)atoi(argv[1]));
  watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);

  struct epoll_event events[kMaxEvents];
  for (;;) {
    int count = epoll_wait(epoll_fd, events, kMaxEvents, -1);
    for (int i = 0; i < count; ++i) {
      struct connection* c = events[i].data.ptr;
      if (c) {
        on_event(c);
      } else {
        on_acceptable(listener);
      }
    }
  }
}
