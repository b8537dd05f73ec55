// The life that StreamServer and DatagramServer have in common, on a StreamServer.

#include "gnet/protocol/base_server.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/stream_server.h"
#include "gnet/sync/event.h"
#include "gnet/sync/pool.h"
#include "tests/unit/child.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(base_server)

using namespace gnet;
using namespace std::chrono_literals;
using test::eventually;

namespace {

constexpr auto kPatience = 20s;

void echo(AnyStream& stream) {
  char buffer[1000];
  while (const std::size_t size = stream.receive(buffer, sizeof buffer)) {
    stream.send_all({buffer, size});
  }
}

void wait_for_ever(AnyStream&) {
  gnet::sleep(1h);
}

std::string ask(Stream& client, std::string_view question, Duration limit = kPatience) {
  client.send_all(question);
  char buffer[1000];
  return {buffer, client.receive(buffer, sizeof buffer, limit)};
}

bool answers(const Endpoint& address) {
  Stream client = connect_stream(address);
  return ask(client, "ooxx") == "ooxx";
}

std::error_code connect_error(const Endpoint& address) {
  try {
    static_cast<void>(connect_stream(address));
    return {};
  } catch (const std::system_error& error) {
    return error.code();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(before_start_an_address_is_refused) {
  std::uint16_t port = 0;
  {
    const Listener probe("127.0.0.1:0");
    port = probe.local_endpoint().port();
  }
  StreamServer server({"127.0.0.1", port}, echo);
  BOOST_TEST(!server.started());
  BOOST_TEST(server.closed());
  BOOST_CHECK_THROW(static_cast<void>(server.local_endpoint()), Misuse);
  BOOST_TEST((connect_error(Endpoint::of(Transport::tcp, "127.0.0.1", port)) ==
              std::errc::connection_refused));
}

BOOST_AUTO_TEST_CASE(before_start_a_listener_keeps_connections_waiting) {
  StreamServer server(Listener("127.0.0.1:0"), echo);
  BOOST_TEST(!server.started());
  BOOST_TEST(!server.closed());
  Stream client = connect_stream(server.local_endpoint());
  BOOST_CHECK_THROW(ask(client, "x", 20ms), std::system_error);
  BOOST_TEST(server.active() == 0u);
  server.start();
  char answer = 0;
  BOOST_TEST(client.receive(&answer, 1, kPatience) == 1u);
}

BOOST_AUTO_TEST_CASE(start_tells_the_port_and_may_be_repeated) {
  StreamServer server("127.0.0.1:0", echo);
  server.start();
  const Endpoint address = server.local_endpoint();
  BOOST_TEST(address.port() != 0);
  BOOST_TEST(server.started());
  BOOST_TEST(server.accepting());
  BOOST_TEST(!server.closed());
  server.start();
  BOOST_TEST((server.local_endpoint() == address));
  BOOST_TEST(answers(address));
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_named) {
  StreamServer first("127.0.0.1:0", echo);
  first.start();
  StreamServer second(first.local_endpoint(), echo);
  BOOST_CHECK_EXCEPTION(second.start(), std::system_error, [&](const std::system_error& error) {
    return error.code() == std::errc::address_in_use &&
           std::string(error.what()).find(first.local_endpoint().to_string()) != std::string::npos;
  });
  BOOST_TEST(!second.started());
  BOOST_TEST(second.closed());
}

BOOST_AUTO_TEST_CASE(paused_it_keeps_connections_waiting) {
  StreamServer server("127.0.0.1:0", echo);
  server.start();
  server.pause();
  BOOST_TEST(server.started());
  BOOST_TEST(!server.accepting());
  Stream client = connect_stream(server.local_endpoint());
  BOOST_CHECK_THROW(ask(client, "x", 20ms), std::system_error);
  server.resume();
  server.resume();
  BOOST_TEST(server.accepting());
  char answer = 0;
  BOOST_TEST(client.receive(&answer, 1, kPatience) == 1u);
}

BOOST_AUTO_TEST_CASE(it_may_be_resumed_while_a_pause_is_under_way) {
  StreamServer server("127.0.0.1:0", echo);
  server.start();
  BOOST_TEST(answers(server.local_endpoint()));  // the fiber that accepts has begun
  auto pausing = spawn([&] { server.pause(); });
  auto resuming = spawn([&] { server.resume(); });
  pausing.join();
  resuming.join();
  BOOST_TEST(server.accepting());
  BOOST_TEST(answers(server.local_endpoint()));
}

BOOST_AUTO_TEST_CASE(close_leaves_connections_alive) {
  StreamServer server("127.0.0.1:0", echo);
  server.start();
  const Endpoint address = server.local_endpoint();
  Stream client = connect_stream(address);
  BOOST_TEST(ask(client, "a") == "a");
  server.close();
  server.close();
  BOOST_TEST(server.closed());
  BOOST_TEST(!server.started());
  BOOST_TEST((server.local_endpoint() == address));
  BOOST_TEST((connect_error(address) == std::errc::connection_refused));
  BOOST_TEST(ask(client, "b") == "b");
  BOOST_CHECK_THROW(server.resume(), Misuse);
}

BOOST_AUTO_TEST_CASE(stopped_it_can_be_started_again) {
  StreamServer server("127.0.0.1:0", echo);
  for (int round = 0; round < 3; ++round) {
    server.start();
    BOOST_TEST(answers(server.local_endpoint()));
    BOOST_TEST(server.stop(kPatience) == 0u);
    BOOST_TEST(!server.started());
  }
  StreamServer given(Listener("127.0.0.1:0"), echo);
  given.start();
  given.stop();
  BOOST_CHECK_THROW(given.start(), Misuse);
}

BOOST_AUTO_TEST_CASE(stop_waits_for_handlers) {
  Event go;
  bool done = false;
  StreamServer server("127.0.0.1:0", [&](AnyStream&) {
    go.wait();
    gnet::sleep(5ms);
    done = true;
  });
  server.start();
  const Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 1; }));
  go.set();
  BOOST_TEST(server.stop(kPatience) == 0u);
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(stop_kills_after_the_grace_and_counts) {
  int unwound = 0;
  StreamServer server("127.0.0.1:0", [&](AnyStream&) {
    const std::shared_ptr<void> frame(nullptr, [&](void*) { ++unwound; });
    gnet::sleep(1h);
  });
  server.start();
  std::vector<Stream> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connect_stream(server.local_endpoint()));
  BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 3; }));
  BOOST_TEST(server.stop(5ms) == 3u);
  BOOST_TEST(unwound == 3);
  BOOST_TEST(server.active() == 0u);
  char byte = 0;
  for (Stream& client : clients) BOOST_TEST(client.receive(&byte, 1, kPatience) == 0u);
}

BOOST_AUTO_TEST_CASE(stop_has_one_second_of_grace_by_itself) {
  StreamServer server("127.0.0.1:0", wait_for_ever);
  server.start();
  const Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 1; }));
  const auto begun = Clock::now();
  BOOST_TEST(server.stop() == 1u);
  BOOST_TEST((test::since(begun) >= 1s));
}

BOOST_AUTO_TEST_CASE(a_connection_that_has_just_been_accepted_is_killed_too) {
  StreamServer server("127.0.0.1:0", wait_for_ever);
  server.listen();
  std::vector<Stream> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(connect_stream(server.local_endpoint()));
  server.start();
  while (server.active() == 0) yield();
  server.stop(0s);
  BOOST_TEST(server.active() == 0u);
}

BOOST_AUTO_TEST_CASE(a_handler_may_stop_its_server) {
  StreamServer* self = nullptr;
  std::size_t killed = 99;
  std::string last_words;
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream) {
    char command = 0;
    stream.receive(&command, 1);
    if (command != 'q') return gnet::sleep(1h);
    killed = self->stop(1ms);
    stream.send_all("bye");
  });
  self = &server;
  server.start();
  Stream other = connect_stream(server.local_endpoint());
  other.send_all("x");
  Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 2; }));
  BOOST_TEST(ask(client, "q") == "bye");
  BOOST_TEST(killed == 1u);
  BOOST_TEST(eventually([&] { return server.active() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_handler_that_swallows_its_kill_is_said_and_waited_for) {
  test::LogLines log;
  bool ended = false;
  {
    StreamServer server("127.0.0.1:0", [&](AnyStream& stream) {
      for (char byte = 0; !ended;) {
        try {
          stream.receive(&byte, 1);
        } catch (const std::system_error&) {
          ended = true;  // the end of the server has closed the stream
        } catch (...) {
          // As people write it.
        }
      }
    });
    server.start();
    const Stream client = connect_stream(server.local_endpoint());
    BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 1; }));
    BOOST_TEST(server.stop(0s) == 1u);
    BOOST_TEST(server.active() == 1u);
    BOOST_TEST(log.text() == "1 connections do not end: they swallow their interrupt\n");
    BOOST_TEST(!ended);
  }
  BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(serve_forever_ends_when_the_server_is_stopped) {
  StreamServer server("127.0.0.1:0", echo);
  auto serving = spawn([&] { server.serve_forever(); });
  BOOST_TEST_REQUIRE(eventually([&] { return server.started(); }));
  BOOST_TEST(answers(server.local_endpoint()));
  BOOST_TEST(!serving.dead());
  server.stop();
  BOOST_TEST(serving.join(kPatience));
  BOOST_TEST(serving.successful());
}

BOOST_AUTO_TEST_CASE(serve_forever_leaves_the_grace_to_who_stops) {
  Event go;
  bool done = false;
  StreamServer server("127.0.0.1:0", [&](AnyStream&) {
    go.wait();
    done = true;
  });
  auto serving = spawn([&] { server.serve_forever(Duration::zero()); });
  BOOST_TEST_REQUIRE(eventually([&] { return server.started(); }));
  const Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 1; }));
  auto stopping = spawn([&] { return server.stop(kPatience); });
  test::let_run();
  BOOST_TEST(!serving.dead());
  go.set();
  BOOST_TEST(stopping.get() == 0u);
  BOOST_TEST(serving.join(kPatience));
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(several_may_stop_it_at_once) {
  StreamServer server("127.0.0.1:0", [&](AnyStream&) { server.stop(); });
  auto serving = spawn([&] { server.serve_forever(); });
  BOOST_TEST_REQUIRE(eventually([&] { return server.accepting(); }));
  const Stream first = connect_stream(server.local_endpoint());
  const Stream second = connect_stream(server.local_endpoint());
  server.stop();
  BOOST_TEST(serving.join(kPatience));
  BOOST_TEST(server.active() == 0u);
}

BOOST_AUTO_TEST_CASE(serve_forever_stops_when_it_is_killed) {
  bool unwound = false;
  StreamServer server("127.0.0.1:0", [&](AnyStream&) {
    const std::shared_ptr<void> frame(nullptr, [&](void*) { unwound = true; });
    gnet::sleep(1h);
  });
  auto serving = spawn([&] { server.serve_forever(1ms); });
  BOOST_TEST_REQUIRE(eventually([&] { return server.started(); }));
  const Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 1; }));
  serving.kill();
  BOOST_TEST(server.closed());
  BOOST_TEST(unwound);
}

BOOST_AUTO_TEST_CASE(serve_forever_throws_when_it_cannot_listen) {
  StreamServer first("127.0.0.1:0", echo);
  first.start();
  StreamServer second(first.local_endpoint(), echo);
  BOOST_CHECK_THROW(second.serve_forever(), std::system_error);
}

BOOST_AUTO_TEST_CASE(destruction_stops) {
  Endpoint address = "127.0.0.1:0";
  Stream client;
  {
    StreamServer server(address, wait_for_ever);
    server.start();
    address = server.local_endpoint();
    client = connect_stream(address);
    BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 1; }));
  }
  char byte = 0;
  BOOST_TEST(client.receive(&byte, 1, kPatience) == 0u);
  BOOST_TEST((connect_error(address) == std::errc::connection_refused));
}

BOOST_AUTO_TEST_CASE(a_handler_that_destroys_its_server_is_misuse) {
  const test::Death death = test::death_of([] {
    test::on_thread([] {
      std::unique_ptr<StreamServer> server;
      server = std::make_unique<StreamServer>("127.0.0.1:0", [&](AnyStream&) { server.reset(); });
      server->start();
      const Stream client = connect_stream(server->local_endpoint());
      gnet::sleep(kPatience);
    });
  });
  BOOST_TEST(death.signal == SIGABRT);
  BOOST_TEST(death.words.find("a server was destroyed by its own handler") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_number_limits_handlers) {
  Event go;
  StreamServer server("127.0.0.1:0",
                      [&](AnyStream& stream) {
                        go.wait();
                        stream.send_all("x");
                      },
                      {.max_connections = 2});
  server.start();
  std::vector<Stream> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connect_stream(server.local_endpoint()));
  BOOST_TEST_REQUIRE(eventually([&] { return server.full(); }));
  gnet::sleep(5ms);
  BOOST_TEST(server.active() == 2u);
  go.set();
  char byte = 0;
  for (Stream& client : clients) BOOST_TEST(client.receive(&byte, 1, kPatience) == 1u);
  BOOST_TEST(eventually([&] { return server.active() == 0; }));
  BOOST_TEST(!server.full());
}

BOOST_AUTO_TEST_CASE(a_pool_that_others_fill_pauses_accepting) {
  Pool pool(1);
  Event go;
  StreamServer server("127.0.0.1:0", echo, {.pool = &pool});
  server.start();
  auto other = pool.spawn([&] { go.wait(); });
  Stream client = connect_stream(server.local_endpoint());
  BOOST_CHECK_THROW(ask(client, "x", 20ms), std::system_error);
  BOOST_TEST(server.full());
  BOOST_TEST(server.active() == 0u);
  go.set();
  char answer = 0;
  BOOST_TEST(client.receive(&answer, 1, kPatience) == 1u);
  BOOST_TEST(pool.size() == 1u);
  client.close();
  BOOST_TEST(eventually([&] { return pool.empty(); }));
}

BOOST_AUTO_TEST_CASE(stop_spares_the_others_in_the_pool) {
  Pool pool(5);
  auto other = pool.spawn([] { gnet::sleep(1h); });
  StreamServer server("127.0.0.1:0", wait_for_ever, {.pool = &pool});
  server.start();
  const Stream client = connect_stream(server.local_endpoint());
  BOOST_TEST_REQUIRE(eventually([&] { return server.active() == 1; }));
  BOOST_TEST(server.stop(1ms) == 1u);
  BOOST_TEST(!other.dead());
  other.kill();
}

BOOST_AUTO_TEST_CASE(a_socket_that_fails_closes_the_server) {
  test::LogLines log;
  StreamServer server("127.0.0.1:0", echo);
  // The same socket, for which nothing can be accepted any more.
  Listener listener("127.0.0.1:0");
  const UniqueFd copy(::dup(listener.socket().native_handle()));
  StreamServer given(std::move(listener), echo);
  auto serving = spawn([&] { given.serve_forever(); });
  BOOST_TEST_REQUIRE(eventually([&] { return given.accepting(); }));
  ::shutdown(copy.get(), SHUT_RD);
  BOOST_TEST(serving.join(kPatience));
  BOOST_TEST(given.closed());
  BOOST_TEST(!given.started());
  BOOST_TEST(log.text().find("invalid argument: it is closed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(use_on_another_thread_is_misuse) {
  StreamServer server("127.0.0.1:0", echo);
  bool refused = false;
  test::on_thread([&] {
    try {
      server.start();
    } catch (const Misuse&) {
      refused = true;
    }
  });
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_SUITE_END()
