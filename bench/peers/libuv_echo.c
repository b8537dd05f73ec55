// An echo server on libuv, in its fastest form: one shared buffer, uv_try_write first, and a
// queued uv_write only for what did not go out.
//
//   libuv_echo [PORT]

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { kBufferSize = 64 * 1024, kBacklog = 4096 };

static char buffer[kBufferSize];

struct rest {
  uv_write_t request;
  char data[];
};

static void check(int status, const char* what) {
  if (status >= 0) return;
  fprintf(stderr, "%s: %s\n", what, uv_strerror(status));
  exit(3);
}

static void on_closed(uv_handle_t* handle) {
  free(handle);
}

static void drop(uv_stream_t* stream) {
  if (!uv_is_closing((uv_handle_t*)stream)) uv_close((uv_handle_t*)stream, on_closed);
}

static void on_buffer_wanted(uv_handle_t* handle, size_t suggested, uv_buf_t* out) {
  (void)handle;
  (void)suggested;
  *out = uv_buf_init(buffer, sizeof buffer);
}

static void on_read(uv_stream_t* stream, ssize_t size, const uv_buf_t* data);

static void on_rest_written(uv_write_t* request, int status) {
  uv_stream_t* stream = request->handle;
  free(request);
  if (status < 0) {
    drop(stream);
  } else if (!uv_is_closing((uv_handle_t*)stream)) {
    uv_read_start(stream, on_buffer_wanted, on_read);
  }
}

static void on_read(uv_stream_t* stream, ssize_t size, const uv_buf_t* data) {
  if (size == 0) return;
  if (size < 0) {
    drop(stream);
    return;
  }
  uv_buf_t out = uv_buf_init(data->base, (unsigned)size);
  int sent = uv_try_write(stream, &out, 1);
  if (sent == size) return;
  if (sent < 0 && sent != UV_EAGAIN) {
    drop(stream);
    return;
  }
  if (sent < 0) sent = 0;
  size_t left = (size_t)(size - sent);
  struct rest* rest = malloc(sizeof *rest + left);
  if (!rest) abort();
  memcpy(rest->data, data->base + sent, left);
  out = uv_buf_init(rest->data, (unsigned)left);
  uv_read_stop(stream);
  if (uv_write(&rest->request, stream, &out, 1, on_rest_written) < 0) {
    free(rest);
    drop(stream);
  }
}

static void on_connection(uv_stream_t* listener, int status) {
  if (status < 0) return;
  uv_tcp_t* connection = malloc(sizeof *connection);
  if (!connection) abort();
  uv_tcp_init(listener->loop, connection);
  if (uv_accept(listener, (uv_stream_t*)connection) < 0) {
    drop((uv_stream_t*)connection);
    return;
  }
  uv_tcp_nodelay(connection, 1);
  uv_read_start((uv_stream_t*)connection, on_buffer_wanted, on_read);
}

int main(int argc, char** argv) {
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t listener;
  struct sockaddr_in address;
  uv_tcp_init(loop, &listener);
  uv_ip4_addr("127.0.0.1", argc > 1 ? atoi(argv[1]) : 0, &address);
  check(uv_tcp_bind(&listener, (struct sockaddr*)&address, 0), "bind");
  check(uv_listen((uv_stream_t*)&listener, kBacklog, on_connection), "listen");
  int length = sizeof address;
  uv_tcp_getsockname(&listener, (struct sockaddr*)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return uv_run(loop, UV_RUN_DEFAULT);
}
