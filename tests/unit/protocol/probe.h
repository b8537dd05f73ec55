// A server of connections whose callbacks are functions, and what its clients need.
//
//   test::Server server;
//   server.hooks.data = [](test::Probe& probe, std::string_view) { probe.abort(); };
//   gnet::Stream client = server.connect();

#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/log.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/protocol.h"
#include "gnet/protocol/tcp_server_factory.h"

namespace test {

using namespace std::chrono_literals;
using gnet::CloseKind;
using gnet::CloseReason;
using gnet::Stream;

struct Hooks;

// A connection whose callbacks are functions, and that checks what every connection
// is promised.
struct Probe : gnet::Protocol {
  explicit Probe(Hooks& hooks) : hooks(hooks) {}
  void connection_made() override;
  void data_received(std::string_view data) override;
  bool eof_received() override;
  void pre_connection_lost(const CloseReason& reason) override;
  void connection_lost(const CloseReason& reason) override;
  Hooks& hooks;
};

struct Hooks {
  std::function<void(Probe&)> set_up = [](Probe&) {};
  std::function<void(Probe&)> made = [](Probe&) {};
  std::function<void(Probe&, std::string_view)> data = [](Probe& p, std::string_view d) {
    p.send_data(d);
  };
  std::function<bool(Probe&)> eof = [](Probe&) { return false; };
  std::function<void(Probe&)> ending = [](Probe&) {};
  std::function<void(Probe&)> lost = [](Probe&) {};

  std::string story;                 // M D E P L: what was called, in order
  std::vector<CloseReason> reasons;  // of connection_lost
  int inside = 0;                    // callbacks that run now
  int most_inside = 0;
};

struct Inside {
  Inside(Hooks& hooks, char what) : hooks(hooks) {
    if (what != 'D' || hooks.story.empty() || hooks.story.back() != 'D') hooks.story += what;
    hooks.most_inside = std::max(hooks.most_inside, ++hooks.inside);
  }
  ~Inside() { --hooks.inside; }
  Hooks& hooks;
};

inline void Probe::connection_made() {
  const Inside inside(hooks, 'M');
  hooks.made(*this);
}
inline void Probe::data_received(std::string_view data) {
  const Inside inside(hooks, 'D');
  hooks.data(*this, data);
}
inline bool Probe::eof_received() {
  const Inside inside(hooks, 'E');
  return hooks.eof(*this);
}
inline void Probe::pre_connection_lost(const CloseReason& reason) {
  const Inside inside(hooks, 'P');
  static_cast<void>(reason);
  hooks.ending(*this);
}
inline void Probe::connection_lost(const CloseReason& reason) {
  const Inside inside(hooks, 'L');
  hooks.reasons.push_back(reason);
  hooks.lost(*this);
}

struct Server {
  explicit Server(std::string_view endpoint = "127.0.0.1:0")
      : factory(std::make_unique<gnet::TCPServerFactory>(gnet::Endpoint::parse(endpoint))) {
    factory->set_builder([this] {
      auto probe = std::make_unique<Probe>(hooks);
      hooks.set_up(*probe);
      return probe;
    });
  }

  Stream connect() {
    factory->start();
    return gnet::connect_stream(factory->local_endpoint());
  }

  // Waits for the end of the only connection; how it ended.
  CloseReason end() {
    for (int i = 0; i < 10'000 && hooks.reasons.empty(); ++i) gnet::sleep(1ms);
    gnet::sleep(2ms);  // anything that came after it would come now
    BOOST_REQUIRE(hooks.reasons.size() == 1U);
    BOOST_TEST(hooks.story.back() == 'L');
    BOOST_TEST(hooks.most_inside == 1);
    return hooks.reasons.front();
  }

  CloseKind end_kind() { return end().kind; }

  Hooks hooks;
  std::unique_ptr<gnet::TCPServerFactory> factory;
};

inline std::string read_some(Stream& stream) {
  char buffer[4096];
  return {buffer, stream.receive(buffer, sizeof buffer, 5s)};
}

inline std::string read_all(Stream& stream) {
  std::string all;
  std::vector<char> buffer(64 * 1024);
  while (const std::size_t size = stream.receive(buffer.data(), buffer.size(), 10s)) {
    all.append(buffer.data(), size);
  }
  return all;
}

// Text that shows where a piece is missing.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

// A client that the kernel lets take little.
inline void shrink(Stream& stream) {
  stream.socket().set_option(SOL_SOCKET, SO_RCVBUF, 4096);
}

struct QuietLog {
  QuietLog() { gnet::set_log_level(gnet::LogLevel::off); }
  ~QuietLog() { gnet::set_log_level(gnet::LogLevel::info); }
};

}  // namespace test
