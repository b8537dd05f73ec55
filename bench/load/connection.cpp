#include "bench/load/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace bench {

void throw_errno(const char* operation) {
  throw std::system_error(errno, std::generic_category(), operation);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

Connection::~Connection() {
  if (ssl_) SSL_shutdown(ssl_.get());  // or its session counts as a bad one
  if (fd_ >= 0) close(fd_);
}

Connection Connection::open(std::uint16_t port, std::uint64_t index) {
  Connection connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connection.fd_ < 0) throw_errno("socket");
  const int on = 1;
  setsockopt(connection.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (const auto offset = static_cast<std::uint32_t>(index % 8); offset != 0) {
    // The kernel chooses the port at connect(), where it knows the whole pair.
    setsockopt(connection.fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + offset);
    if (bind(connection.fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw_errno("bind");
    }
  }
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (connect(connection.fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw_errno("connect");
  }
  return connection;
}

// RFC 1928 §3, §4. The greeting is answered before the request is sent, as most clients do it.
void Connection::reach(std::uint16_t port) {
  const auto exchange = [&](std::string_view message, char* answer, std::size_t size) {
    send_all(message);
    const ssize_t got = recv(fd_, answer, size, MSG_WAITALL);
    if (got < 0) throw_errno("recv");
    if (static_cast<std::size_t>(got) != size || answer[0] != 5 || answer[1] != 0) {
      throw WrongEcho("the proxy refuses");
    }
  };
  char answer[10];
  exchange(std::string_view("\5\1\0", 3), answer, 2);
  std::string request("\5\1\0\1\x7f\0\0\1", 8);
  request += static_cast<char>(port >> 8);
  request += static_cast<char>(port & 0xff);
  exchange(request, answer, sizeof answer);
}

namespace {

SSL_SESSION* last_session = nullptr;

SSL_CTX* make_client_context() {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, [](SSL*, SSL_SESSION* session) {
    SSL_SESSION_free(std::exchange(last_session, session));
    return 1;
  });
  return context;
}

}  // namespace

bool Connection::secure(bool resume) {
  static SSL_CTX* const context = make_client_context();
  ssl_.reset(SSL_new(context));
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1) throw WrongEcho("no TLS");
  if (resume && last_session != nullptr) SSL_set_session(ssl_.get(), last_session);
  if (SSL_connect(ssl_.get()) != 1) throw WrongEcho("the TLS handshake failed");
  return SSL_session_reused(ssl_.get()) == 1;
}

std::optional<std::size_t> Connection::tls_result(int result, std::size_t size) {
  if (result == 1) return size;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return std::nullopt;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    default:
      throw WrongEcho("TLS failed");
  }
}

std::optional<std::size_t> Connection::send_some(const char* data, std::size_t size) {
  if (ssl_) {
    std::size_t count = 0;
    const int result = SSL_write_ex(ssl_.get(), data, size, &count);
    return tls_result(result, count);
  }
  const ssize_t sent = send(fd_, data, size, MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno != EAGAIN) throw_errno("send");
  return std::nullopt;
}

std::optional<std::size_t> Connection::receive_some(char* data, std::size_t size) {
  if (ssl_) {
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), data, size, &count);
    return tls_result(result, count);
  }
  const ssize_t got = recv(fd_, data, size, 0);
  if (got >= 0) return static_cast<std::size_t>(got);
  if (errno != EAGAIN) throw_errno("recv");
  return std::nullopt;
}

void Connection::set_nonblocking() {
  if (fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK) != 0) throw_errno("fcntl");
}

void Connection::send_all(std::string_view data) {
  while (!data.empty()) data.remove_prefix(send_some(data.data(), data.size()).value_or(0));
}

std::string Connection::receive_all() {
  std::string all;
  for (char part[4096];;) {
    const auto got = receive_some(part, sizeof part);
    if (!got || *got == 0) return all;
    all.append(part, *got);
  }
}

void Connection::echo(const std::string& message) {
  const ssize_t sent = send(fd_, message.data(), message.size(), MSG_NOSIGNAL);
  if (sent < 0) throw_errno("send");
  if (static_cast<std::size_t>(sent) != message.size()) throw WrongEcho("a short blocking send");
  std::string back(message.size(), '\0');
  const ssize_t got = recv(fd_, back.data(), back.size(), MSG_WAITALL);
  if (got < 0) throw_errno("recv");
  if (back != message) throw WrongEcho("the server sent other bytes than it got");
}

void Connection::finish() {
  if (shutdown(fd_, SHUT_WR) != 0) throw_errno("shutdown");
  char byte = 0;
  const ssize_t got = recv(fd_, &byte, 1, 0);
  if (got < 0) throw_errno("recv");
  if (got != 0) throw WrongEcho("the server sent more than it got");
}

}  // namespace bench
