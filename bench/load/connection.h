// A client's TCP connection to a server on this machine, and the errors that end a run.

#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace bench {

// The server broke the rules of echo: it closed early, or sent what it had not been sent.
class WrongEcho : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void throw_errno(const char* operation);

// Lets the process open as many descriptors as the system permits.
void raise_descriptor_limit();

// Owns a connected TCP socket with TCP_NODELAY set; blocking until set_nonblocking(). TLS, once it
// is secured.
class Connection {
 public:
  Connection() = default;
  Connection(Connection&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), ssl_(std::move(other.ssl_)) {}
  Connection& operator=(Connection&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(ssl_, other.ssl_);
    return *this;
  }
  ~Connection();

  // Connects to 127.0.0.1. Beyond 20,000 connections at once, and for many short ones, one source
  // address has too few ports: `index` spreads them over 127.0.0.1 to 127.0.0.8.
  static Connection open(std::uint16_t port, std::uint64_t index = 0);

  // Asks the server, which is a SOCKS 5 proxy that wants no password, for this port of 127.0.0.1.
  // While it is blocking only.
  void reach(std::uint16_t port);

  // A TLS handshake, with any certificate. While it is blocking only. With `resume` it offers what
  // the last one has left, if anything; whether that was taken is the result.
  bool secure(bool resume = false);

  void set_nonblocking();

  // As many bytes as go at once; nothing if none do. Nonblocking connections only.
  std::optional<std::size_t> send_some(const char* data, std::size_t size);
  std::optional<std::size_t> receive_some(char* data, std::size_t size);

  // All of it. Blocking connections only.
  void send_all(std::string_view data);

  // Sends the message and waits for all of it to come back. Blocking connections only.
  void echo(const std::string& message);

  // Everything up to the server's end of stream. Blocking connections only.
  std::string receive_all();

  // Waits for the server's end of stream.
  void finish();

  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  explicit Connection(int fd) : fd_(fd) {}
  std::optional<std::size_t> tls_result(int result, std::size_t size);

  int fd_ = -1;
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace bench
