// What the tests of TLS share: two sides of a connection, and who they are.

#pragma once

#include <sys/socket.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

#include "gnet/fiber/fiber.h"
#include "gnet/io/tls_stream.h"
#include "tests/unit/io/temporary_file.h"

namespace test {

using namespace std::chrono_literals;

// Valgrind takes its time.
inline constexpr auto kPatience = 60s;

struct Plain {
  gnet::Stream client;
  gnet::Stream server;
};

inline Plain plain_pair() {
  int fds[2];
  BOOST_TEST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  return {gnet::Stream(gnet::UniqueFd(fds[0])), gnet::Stream(gnet::UniqueFd(fds[1]))};
}

inline const gnet::Identity& localhost() {
  static const gnet::Identity identity = gnet::make_self_signed();
  return identity;
}

// Believes localhost().
inline gnet::TLSClientOptions believing() {
  static const TemporaryFile file(localhost().certificate);
  return {.ca_file = file.name()};
}

inline gnet::TLSContext usual_server() {
  static const auto context = gnet::TLSContext::server({.identity = localhost()});
  return context;
}

struct Secure {
  Secure(const gnet::TLSContext& client_context, const gnet::TLSContext& server_context,
         std::string name = "localhost")
      : Secure(plain_pair(), client_context, server_context, std::move(name)) {}

  gnet::TLSStream client;
  gnet::TLSStream server;

 private:
  Secure(Plain plain, const gnet::TLSContext& client_context,
         const gnet::TLSContext& server_context, std::string name)
      : client(std::move(plain.client), client_context, std::move(name)),
        server(std::move(plain.server), server_context) {}
};

inline std::string receive_text(gnet::TLSStream& stream, std::size_t size = 4096) {
  std::string text(size, '\0');
  text.resize(stream.receive(text.data(), text.size(), kPatience));
  return text;
}

inline std::string receive_all(gnet::TLSStream& stream) {
  std::string text;
  while (true) {
    const std::string more = receive_text(stream, 16384);
    if (more.empty()) return text;
    text += more;
  }
}

// Both sides do the handshake; what each of them says to it, empty for nothing.
struct Outcome {
  std::string client;
  std::string server;
  std::error_code client_code;
  std::error_code server_code;
};

inline Outcome shake(gnet::TLSStream& client, gnet::TLSStream& server) {
  Outcome outcome;
  auto other = gnet::spawn([&] {
    try {
      server.handshake(kPatience);
      server.send_all("ok");
    } catch (const std::system_error& error) {
      outcome.server = error.what();
      outcome.server_code = error.code();
      server.close();
    }
  });
  try {
    client.handshake(kPatience);
    // With TLS 1.3 the server may refuse the client's certificate after that.
    static_cast<void>(receive_text(client, 2));
  } catch (const std::system_error& error) {
    outcome.client = error.what();
    outcome.client_code = error.code();
    client.close();
  }
  other.join();
  return outcome;
}

inline Outcome shake(const gnet::TLSContext& client, const gnet::TLSContext& server,
                     std::string name = "localhost") {
  Secure pair(client, server, std::move(name));
  return shake(pair.client, pair.server);
}

template <typename F>
std::error_code code_of(F&& action) {
  try {
    action();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

template <typename F>
std::string text_of(F&& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

template <typename Wanted>
bool is(std::error_code code, Wanted wanted) {
  BOOST_TEST_MESSAGE(code.message());
  return code == wanted;
}

inline bool contains(const std::string& text, std::string_view part) {
  BOOST_TEST_MESSAGE(text);
  return text.find(part) != std::string::npos;
}

}  // namespace test
