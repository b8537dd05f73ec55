#include "gnet/protocol/stream_server.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/io/buffered.h"
#include "gnet/io/connect.h"
#include "gnet/io/tls_stream.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(stream_server)

using namespace gnet;
using namespace std::chrono_literals;
using test::eventually;

namespace {

constexpr auto kPatience = 20s;

void echo(AnyStream& stream, const Endpoint&) {
  char buffer[1000];
  while (const std::size_t size = stream.receive(buffer, sizeof buffer)) {
    stream.send_all({buffer, size});
  }
}

template <typename Client>
std::string ask(Client& client, std::string_view question, Duration limit = kPatience) {
  client.send_all(question);
  char buffer[1000];
  return {buffer, client.receive(buffer, sizeof buffer, limit)};
}

TLSContext secured() {
  static const TLSContext context = TLSContext::server({.identity = make_self_signed()});
  return context;
}

TLSStream connect_secured(const Endpoint& address) {
  return TLSStream(connect_stream(address.with_tls(false)), TLSContext::client({.verify = false}));
}

std::string problem(const std::function<void()>& attempt) {
  try {
    attempt();
    return "none";
  } catch (const std::logic_error& error) {
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_handler_gets_the_stream_and_its_peer) {
  std::string seen;
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream, const Endpoint& peer) {
    seen = peer.to_string();
    stream.send_all("hello");
  });
  server.start();
  Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST(BufferedReader(client).read_all(kPatience) == "hello");
  BOOST_TEST(seen == client.local_endpoint().to_string());
}

BOOST_AUTO_TEST_CASE(handlers_of_every_form) {
  struct Greeter {
    explicit Greeter(std::string text) : text(std::move(text)) {}
    void operator()(AnyStream& stream) const { stream.send_all(text); }
    std::string text;
  };
  StreamServer function("127.0.0.1:0", echo);
  StreamServer pointer("127.0.0.1:0", &echo);
  StreamServer object("127.0.0.1:0", Greeter("hi"));
  StreamServer wrapped("127.0.0.1:0", std::function<void(AnyStream&, const Endpoint&)>(echo));
  StreamServer moved("127.0.0.1:0", [text = std::make_unique<std::string>("hi")](
                                        AnyStream& stream) { stream.send_all(*text); });
  for (StreamServer* server : {&function, &pointer, &object, &wrapped, &moved}) {
    server->start();
    Stream client = connect_stream(server->local_endpoint());
    BOOST_TEST(ask(client, "hi") == "hi");
  }
}

BOOST_AUTO_TEST_CASE(a_missing_handler_is_refused_at_once) {
  using Function = std::function<void(AnyStream&)>;
  BOOST_TEST(problem([] { StreamServer("127.0.0.1:0", Function()); }) ==
             "a server needs a handler");
  void (*nothing)(AnyStream&) = nullptr;
  BOOST_TEST(problem([&] { StreamServer("127.0.0.1:0", nothing); }) == "a server needs a handler");
}

BOOST_AUTO_TEST_CASE(a_bad_address_is_named_at_once) {
  BOOST_TEST(problem([] { StreamServer("127.0.0.1:http", echo); }) ==
             "bad endpoint '127.0.0.1:http': port must be 0-65535");
  BOOST_TEST(
      problem([] { StreamServer("tls://127.0.0.1:0", echo); }) ==
      "bad endpoint 'tls://127.0.0.1:0': TLS needs ?cert=, or a TLSContext among the options");
}

BOOST_AUTO_TEST_CASE(the_client_reads_to_the_end_when_the_handler_returns) {
  StreamServer server("127.0.0.1:0", [](AnyStream& stream) { stream.send_all("bye"); });
  server.start();
  for (int i = 0; i < 3; ++i) {
    Stream client = connect_stream(server.local_endpoint());
    BOOST_TEST(BufferedReader(client).read_all(kPatience) == "bye");
  }
  BOOST_TEST(eventually([&] { return server.active() == 0; }));
}

BOOST_AUTO_TEST_CASE(an_error_closes_its_connection_and_is_reported_once) {
  const test::Reports reports;
  int calls = 0;
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream, const Endpoint& peer) {
    if (++calls == 1) throw test::Oops(1);
    echo(stream, peer);
  });
  server.start();
  Stream first = connect_stream(server.local_endpoint());
  char byte = 0;
  BOOST_TEST(first.receive(&byte, 1, kPatience) == 0u);
  Stream second = connect_stream(server.local_endpoint());
  BOOST_TEST(ask(second, "ooxx") == "ooxx");
  BOOST_TEST_REQUIRE(reports.all.size() == 1u);
  BOOST_TEST(reports.all[0].error == "oops 1");
  BOOST_TEST(
      reports.all[0].fiber.starts_with("connection from " + first.local_endpoint().to_string()));
  BOOST_TEST(reports.all[0].fiber.find("stream_server_test.cpp") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_exception_of_no_class_closes_its_connection_too) {
  const test::Reports reports;
  StreamServer server("127.0.0.1:0", [](AnyStream&) { throw 42; });
  server.start();
  Stream client = connect_stream(server.local_endpoint());
  char byte = 0;
  BOOST_TEST(client.receive(&byte, 1, kPatience) == 0u);
  BOOST_TEST(eventually([&] { return reports.all.size() == 1; }));
  BOOST_TEST(server.accepting());
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_away_is_no_error) {
  const test::Reports reports;
  int ended = 0;
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream) {
    const std::shared_ptr<void> frame(nullptr, [&](void*) { ++ended; });
    for (;;) stream.send_all("something");
  });
  server.start();
  for (int i = 0; i < 3; ++i) {
    Stream client = connect_stream(server.local_endpoint());
    char byte = 0;
    client.receive(&byte, 1, kPatience);
    client.abort();
  }
  BOOST_TEST(eventually([&] { return ended == 3; }));
  BOOST_TEST(eventually([&] { return server.active() == 0; }));
  BOOST_TEST(reports.all.empty());
}

BOOST_AUTO_TEST_CASE(another_peer_that_goes_away_is_an_error_of_the_handler) {
  const test::Reports reports;
  StreamServer upstream("127.0.0.1:0", [](AnyStream& stream) { stream.abort(); });
  upstream.start();
  StreamServer server("127.0.0.1:0", [&](AnyStream&) {
    Stream other = connect_stream(upstream.local_endpoint());
    char byte = 0;
    if (other.receive(&byte, 1, kPatience) == 0) throw test::Oops(2);  // cannot be
  });
  server.start();
  Stream client = connect_stream(server.local_endpoint());
  char byte = 0;
  BOOST_TEST(client.receive(&byte, 1, kPatience) == 0u);
  BOOST_TEST_REQUIRE(reports.all.size() == 1u);
  BOOST_TEST(reports.all[0].error.find("connection reset by peer") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_at_once) {
  StreamServer server("127.0.0.1:0", echo);
  server.start();
  std::vector<Stream> clients;
  for (int i = 0; i < 250; ++i) clients.push_back(connect_stream(server.local_endpoint()));
  for (Stream& client : clients) BOOST_REQUIRE(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(server.active() == 250u);
}

BOOST_AUTO_TEST_CASE(a_unix_socket) {
  const std::string name = "@gnet-stream-server-" + std::to_string(getpid());
  std::string peer = "none";
  StreamServer server(name, [&](AnyStream& stream, const Endpoint& from) {
    peer = from.path();
    echo(stream, from);
  });
  server.start();
  Stream client = connect_stream(name);
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(peer.empty());
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_long_is_an_error_that_a_handler_may_bear) {
  const std::string name = "unixpacket://@gnet-stream-server-" + std::to_string(getpid());
  StreamServer server(name, [&](AnyStream& stream, const Endpoint&) {
    char buffer[4];
    for (;;) try {
        const std::size_t size = stream.receive(buffer, sizeof buffer);
        if (size == 0) return;
        stream.send_all({buffer, size});
      } catch (const std::system_error& error) {
        if (error.code() != std::errc::message_size) throw;
        stream.send_all("?");
      }
  });
  server.start();
  Stream client = connect_stream(name);
  for (const char* message : {"1234", "12345", "123"}) client.send_all(message);
  char answer[4];
  for (const std::size_t size : {4u, 1u, 3u}) {
    BOOST_TEST(client.receive(answer, sizeof answer, kPatience) == size);
  }
  BOOST_TEST(server.counters().truncated == 1u);
}

// ---- TLS ----

BOOST_AUTO_TEST_CASE(the_same_handler_serves_tls) {
  bool was_secured = false;
  StreamServer server("127.0.0.1:0",
                      [&](AnyStream& stream, const Endpoint& peer) {
                        was_secured =
                            stream.tls() != nullptr && stream.tls()->session().established();
                        echo(stream, peer);
                      },
                      {.tls = secured()});
  server.start();
  BOOST_TEST(server.local_endpoint().is_tls());
  TLSStream client = connect_secured(server.local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(was_secured);
  client.shutdown_send();
  char byte = 0;
  BOOST_TEST(client.receive(&byte, 1, kPatience) == 0u);  // with a farewell
}

BOOST_AUTO_TEST_CASE(an_endpoint_may_name_its_certificate) {
  const Identity identity = make_self_signed();
  const test::TemporaryFile file(identity.certificate + identity.key);
  StreamServer server("tls://127.0.0.1:0?cert=" + file.name(), echo);
  server.start();
  BOOST_TEST(server.local_endpoint().is_tls());
  TLSStream client = connect_secured(server.local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
}

BOOST_AUTO_TEST_CASE(tls_works_over_a_unix_socket) {
  const Identity identity = make_self_signed({.names = {"localhost"}});
  const test::TemporaryFile file(identity.certificate + identity.key);
  const std::string name = "@gnet-tls-unix-" + std::to_string(getpid());
  StreamServer server("tls+abstract://" + name + "?cert=" + file.name(), echo);
  server.start();
  BOOST_TEST(server.local_endpoint().to_string() == "tls+abstract://" + name.substr(1));
  AnyStream client = connect("tls+abstract://" + name + "?cacert=" + file.name());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(client.tls() != nullptr);
  const std::string other = "tls+abstract://" + name + "?sni=other&cacert=" + file.name();
  BOOST_CHECK_THROW(static_cast<void>(connect(other)), TLSError);
}

BOOST_AUTO_TEST_CASE(options_that_it_would_not_heed_are_refused) {
  BOOST_TEST(problem([] { StreamServer("tls://127.0.0.1:0?cacert=ca.pem", echo); }) ==
             "bad endpoint 'tls://127.0.0.1:0?cacert=ca.pem': option 'cacert' is only for "
             "connecting");
  BOOST_TEST(problem([] { StreamServer("tls://127.0.0.1:0?sni=x", echo, {.tls = secured()}); }) ==
             "bad endpoint 'tls://127.0.0.1:0?sni=x': option 'sni' is only for connecting");
  BOOST_TEST(problem([] { StreamServer("127.0.0.1:0", echo, {.tls = TLSContext::client()}); }) ==
             "a server needs the TLSContext of a server");
}

BOOST_AUTO_TEST_CASE(a_peer_that_says_nothing_holds_up_nobody) {
  StreamServer server("127.0.0.1:0", echo, {.tls = secured()});
  server.start();
  const Stream silent = connect_stream(server.local_endpoint().with_tls(false));
  TLSStream client = connect_secured(server.local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(server.active() == 2u);
}

BOOST_AUTO_TEST_CASE(a_handshake_has_its_time) {
  test::LogLines log;
  const test::Reports reports;
  bool called = false;
  StreamServer server("127.0.0.1:0", [&](AnyStream&) { called = true; },
                      {.tls = secured(), .handshake_timeout = 10ms});
  server.start();
  Stream silent = connect_stream(server.local_endpoint().with_tls(false));
  char byte = 0;
  BOOST_TEST(silent.receive(&byte, 1, kPatience) == 0u);
  BOOST_TEST(!called);
  BOOST_TEST(log.text().starts_with("TLS handshake: timed out after"));
  BOOST_TEST(reports.all.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_tls_costs_its_connection_only) {
  test::LogLines log;
  const test::Reports reports;
  StreamServer server("127.0.0.1:0", echo, {.tls = secured()});
  server.start();
  Stream plain = connect_stream(server.local_endpoint().with_tls(false));
  plain.send_all("GET / HTTP/1.0\r\n\r\n");
  BOOST_TEST(eventually([&] { return server.active() == 0 && !log.text().empty(); }));
  TLSStream client = connect_secured(server.local_endpoint());
  BOOST_TEST(ask(client, "ooxx") == "ooxx");
  BOOST_TEST(reports.all.empty());
}

// ---- the end of the server ----

BOOST_AUTO_TEST_CASE(a_handler_that_waits_for_a_quiet_peer_reads_the_end_when_the_server_stops) {
  for (const bool is_secured : {false, true}) {
    bool came_to_its_end = false;
    TCPServerOptions options;
    if (is_secured) options.tls = secured();
    StreamServer server(
        "127.0.0.1:0",
        [&](AnyStream& stream) {
          char buffer[10];
          while (stream.receive(buffer, sizeof buffer) > 0) stream.send_all("yes");
          stream.send_all("bye");
          came_to_its_end = true;
        },
        options);
    server.start();
    AnyStream client = is_secured ? AnyStream(connect_secured(server.local_endpoint()))
                                  : AnyStream(connect_stream(server.local_endpoint()));
    BOOST_TEST(ask(client, "there?") == "yes");
    BOOST_TEST(server.stop(kPatience) == 0U);
    BOOST_TEST(came_to_its_end);
    char buffer[10];
    BOOST_TEST(std::string(buffer, client.receive(buffer, sizeof buffer, kPatience)) == "bye");
    BOOST_TEST(client.receive(buffer, sizeof buffer, kPatience) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_handler_whose_peer_is_not_quiet_goes_on_when_the_server_stops) {
  int rounds = 0;
  StreamServer server("127.0.0.1:0", echo);
  server.start();
  Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST(ask(client, "x") == "x");
  auto talk = spawn([&] {
    for (; rounds < 8; ++rounds) {
      BOOST_TEST(ask(client, "x") == "x");
      sleep(50ms);
    }
    client.close();
  });
  server.drain_quiet = 200ms;
  BOOST_TEST(server.stop(kPatience) == 0U);
  BOOST_TEST(rounds == 8);
}

BOOST_AUTO_TEST_CASE(a_stream_may_go_while_another_fiber_receives_from_it) {
  std::exception_ptr error;
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream) {
    auto owned = std::make_unique<AnyStream>(std::move(stream));
    auto reader = spawn([&error, &raw = *owned] {
      char byte;
      try {
        raw.receive(&byte, 1);
      } catch (...) {
        error = std::current_exception();
      }
    });
    yield();
    owned.reset();
    reader.join();
  });
  server.start();
  const Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST(eventually([&] { return error != nullptr; }));
}

BOOST_AUTO_TEST_SUITE_END()
