// Clients of servers that run a program for each connection.
//
//   exec_load tcp PORT SECONDS CLIENTS       connect, read to the end, close
//   exec_load ws PORT SECONDS CLIENTS        connect, have one line echoed, close
//   exec_load ws-bytes PORT SECONDS CLIENTS  lines of 8 KiB, echoed
//
// Prints `count N` (sessions, or bytes that came back) and `seconds S`.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// One line may be on its way while the next is sent, and no more: websocketd does not read what its
// program says while that does not read what the client says, and would wait for ever.
enum { kLine = 8 * 1024, kAhead = 2, kPatience = 10 };

static const char* mode;
static int port;
static double end;
static atomic_ullong count;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char* what) {
  perror(what);
  exit(1);
}

static int connect_to(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((unsigned short)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (fd < 0 || connect(fd, (struct sockaddr*)&address, sizeof address) != 0) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const struct timeval patience = {.tv_sec = kPatience, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return fd;
}

static void send_all(int fd, const void* data, size_t size) {
  const char* at = data;
  while (size > 0) {
    const ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
    if (sent <= 0) die("send");
    at += sent;
    size -= (size_t)sent;
  }
}

static void read_exactly(int fd, void* buffer, size_t size) {
  char* at = buffer;
  while (size > 0) {
    const ssize_t got = recv(fd, at, size, 0);
    if (got <= 0) die("recv");
    at += got;
    size -= (size_t)got;
  }
}

static int open_web_socket(void) {
  static const char request[] =
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const int fd = connect_to();
  send_all(fd, request, sizeof request - 1);
  unsigned window = 0;
  while (window != 0x0d0a0d0a) {
    unsigned char byte = 0;
    read_exactly(fd, &byte, 1);
    window = window << 8 | byte;
  }
  return fd;
}

// A text message of `size` letters, with a mask of zeros.
static size_t frame(unsigned char* out, size_t size) {
  size_t at = 0;
  out[at++] = 0x81;
  if (size < 126) {
    out[at++] = (unsigned char)(0x80 | size);
  } else {
    out[at++] = 0x80 | 126;
    out[at++] = (unsigned char)(size >> 8);
    out[at++] = (unsigned char)size;
  }
  memset(out + at, 0, 4);
  memset(out + at + 4, 'x', size);
  return at + 4 + size;
}

static size_t read_message(int fd) {
  static __thread char payload[65536];
  unsigned char head[2];
  read_exactly(fd, head, 2);
  size_t size = head[1] & 0x7f;
  if (size == 126) {
    unsigned char length[2];
    read_exactly(fd, length, 2);
    size = (size_t)length[0] << 8 | length[1];
  }
  read_exactly(fd, payload, size);
  return size;
}

static void tcp_session(void) {
  char buffer[4096];
  const int fd = connect_to();
  ssize_t got;
  while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0) continue;
  if (got < 0) die("recv");
  close(fd);
}

static void ws_session(void) {
  unsigned char message[64];
  const int fd = open_web_socket();
  send_all(fd, message, frame(message, 16));
  if (read_message(fd) != 16) die("an echo");
  close(fd);
}

static void* run(void* unused) {
  if (strcmp(mode, "ws-bytes") != 0) {
    while (now() < end) {
      if (strcmp(mode, "tcp") == 0) {
        tcp_session();
      } else {
        ws_session();
      }
      atomic_fetch_add(&count, 1);
    }
    return unused;
  }
  unsigned char message[kLine + 16];
  const size_t size = frame(message, kLine);
  const int fd = open_web_socket();
  int ahead = 0;
  while (now() < end) {
    for (; ahead < kAhead; ++ahead) send_all(fd, message, size);
    atomic_fetch_add(&count, read_message(fd));
    --ahead;
  }
  close(fd);
  return unused;
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  mode = argv[1];
  port = atoi(argv[2]);
  const double begin = now();
  end = begin + atof(argv[3]);
  const int clients = atoi(argv[4]);
  pthread_t threads[256];
  for (int i = 0; i < clients && i < 256; ++i) pthread_create(&threads[i], NULL, run, NULL);
  for (int i = 0; i < clients && i < 256; ++i) pthread_join(threads[i], NULL);
  printf("count %llu\nseconds %f\n", atomic_load(&count), now() - begin);
  return 0;
}
