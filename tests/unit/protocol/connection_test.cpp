// What connections have in common, whatever serves them.

#include "gnet/protocol/connection.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/connect.h"
#include "gnet/io/tls_stream.h"
#include "gnet/protocol/service.h"
#include "gnet/protocol/stream_server.h"
#include "gnet/sync/event.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/io/tls_pair.h"

BOOST_AUTO_TEST_SUITE(connection)

using namespace gnet;
using namespace std::chrono_literals;
using test::eventually;
using test::kPatience;

namespace {

void echo(AnyStream& stream) {
  char buffer[1000];
  while (const std::size_t size = stream.receive(buffer, sizeof buffer)) {
    stream.send_all({buffer, size});
  }
}

std::string ask(ByteStream& client, std::string_view question) {
  client.send_all(question);
  std::string answer(question.size(), '\0');
  for (std::size_t got = 0; got < answer.size();) {
    got += client.receive(answer.data() + got, answer.size() - got, kPatience);
  }
  return answer;
}

struct EchoProtocol : Protocol {
  void data_received(std::string_view data) override { send_data(data); }
};

// Serves every other connection by a function, and notes how they end.
class Mixed : public StreamServer {
 public:
  explicit Mixed(TCPServerOptions options = {})
      : StreamServer("127.0.0.1:0", echo, std::move(options)) {
    start();
  }
  ~Mixed() override { end(); }

  std::unique_ptr<Connection> build_connection() override {
    if (made_++ % 2 == 0) return StreamServer::build_connection();
    return std::make_unique<EchoProtocol>();
  }
  void connection_started(Connection& connection) override {
    BOOST_TEST(connection.connected());
    ids.push_back(connection.session_id());
  }
  void connection_closing(Connection& connection) override { connection.keep_local(); }
  void connection_ended(Connection& connection, const CloseReason& reason) override {
    BOOST_TEST((connection.local() == local_endpoint().with_tls(false)));
    bytes.emplace_back(connection.received_bytes(), connection.sent_bytes());
    kinds.push_back(reason.kind);
  }

  std::vector<std::uint64_t> ids;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bytes;
  std::vector<CloseKind> kinds;

 private:
  int made_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_function_and_callbacks_are_served_counted_and_told_alike) {
  for (const bool secured : {false, true}) {
    TCPServerOptions options;
    if (secured) options.tls = test::usual_server();
    Mixed server(options);
    std::optional<TLSContext> believing;
    if (secured) believing = TLSContext::client(test::believing());
    for (int i = 0; i < 2; ++i) {
      AnyStream client = connect(server.local_endpoint(), {}, believing);
      BOOST_TEST(ask(client, "ooxx") == "ooxx");
      BOOST_TEST(server.counters().active == 1u);
      BOOST_TEST(server.counters().received_bytes == 4u * static_cast<unsigned>(i + 1));
      client.shutdown_send(kPatience);
      BOOST_TEST(eventually([&] { return server.active() == 0; }));
    }
    BOOST_TEST(server.ids.size() == 2u);
    BOOST_TEST(server.ids[0] < server.ids[1]);
    BOOST_TEST((server.bytes == decltype(server.bytes){{4, 4}, {4, 4}}));
    BOOST_TEST((server.kinds == std::vector{CloseKind::local_close, CloseKind::eof}));
    BOOST_TEST(server.counters().accepted == 2u);
    BOOST_TEST(server.counters().sent_bytes == 8u);
  }
}

// Runs a connection on a socket that a test has made.
struct ByHand : ConnectionFactory {
  ~ByHand() override { end_all_connections(); }
  void start() override { begin_connections(); }
  std::size_t stop(Deadline grace) override { return end_connections(grace); }
  [[nodiscard]] bool running() const noexcept override { return true; }

  Fiber<> serve(Socket socket, const TLSContext& context) {
    auto tls = std::make_unique<TLSSession>(socket, context);
    return spawn(
        [this, slot = Slot(*this), socket = std::move(socket), tls = std::move(tls)]() mutable {
          EchoProtocol protocol;
          run_connection(slot, protocol, std::move(socket), {}, std::move(tls));
        });
  }
};

BOOST_AUTO_TEST_CASE(a_stop_ends_a_handshake_that_waits_for_room) {
  // What a client says first.
  std::string hello(4096, '\0');
  {
    test::Plain plain = test::plain_pair();
    TLSStream client(std::move(plain.client), TLSContext::client(test::believing()), "localhost");
    auto handshake = spawn([&] { BOOST_CHECK_THROW(client.handshake(), std::system_error); });
    hello.resize(plain.server.receive(hello.data(), hello.size(), kPatience));
    plain.server.close();
    handshake.join();
  }
  auto [client, server] = Stream::make_pair();
  client.send_all(hello);
  const std::string block(64 * 1024, 'x');
  while (server.socket().try_send(block) > 0) continue;
  while (server.socket().try_send("x") > 0) continue;
  ByHand factory;
  factory.start();
  auto connection = factory.serve(std::move(server.socket()), test::usual_server());
  BOOST_TEST(!connection.join(20ms));
  BOOST_TEST(factory.stop(Deadline(5s)) == 0u);
  connection.get();
}

BOOST_AUTO_TEST_CASE(a_stop_drains_those_that_are_quiet_of_either_kind) {
  Mixed server;
  AnyStream function = connect(server.local_endpoint());
  BOOST_TEST(ask(function, "a") == "a");
  AnyStream callbacks = connect(server.local_endpoint());
  BOOST_TEST(ask(callbacks, "b") == "b");
  BOOST_TEST(server.stop(kPatience) == 0u);
  BOOST_TEST((server.kinds == std::vector{CloseKind::service_stop, CloseKind::service_stop}));
}

BOOST_AUTO_TEST_CASE(all_of_them_can_be_aborted) {
  Mixed server;
  AnyStream clients[] = {connect(server.local_endpoint()), connect(server.local_endpoint())};
  for (AnyStream& client : clients) BOOST_TEST(ask(client, "x") == "x");
  server.for_each_connection([](Connection& one) { one.abort(); });
  BOOST_TEST(eventually([&] { return server.active() == 0; }));
  BOOST_TEST((server.kinds == std::vector(2, CloseKind::local_abort)));
}

BOOST_AUTO_TEST_CASE(visitors_may_ask_for_one_kind) {
  Mixed server;
  AnyStream clients[] = {connect(server.local_endpoint()), connect(server.local_endpoint())};
  for (AnyStream& client : clients) BOOST_TEST(ask(client, "x") == "x");
  int all = 0;
  int protocols = 0;
  server.for_each_connection([&](Connection&) { ++all; });
  server.for_each_connection<EchoProtocol>([&](EchoProtocol&) { ++protocols; });
  BOOST_TEST(all == 2);
  BOOST_TEST(protocols == 1);
}

BOOST_AUTO_TEST_CASE(a_broadcast_reaches_those_that_have_a_queue) {
  Mixed server;
  AnyStream function = connect(server.local_endpoint());
  BOOST_TEST(ask(function, "x") == "x");
  AnyStream callbacks = connect(server.local_endpoint());
  BOOST_TEST(ask(callbacks, "x") == "x");
  Factory& factory = server;
  factory.broadcast("hear");
  char text[4];
  BOOST_TEST(callbacks.receive(text, sizeof text, kPatience) == 4u);
  BOOST_TEST(!function.wait_readable(5ms));
}

BOOST_AUTO_TEST_CASE(a_callback_may_stop_its_server) {
  struct Stopper : Protocol {
    void data_received(std::string_view) override {
      auto& server = static_cast<TCPServerFactory&>(*factory());
      send_data(std::to_string(server.stop(1ms)));
      close_protocol();
    }
  };
  auto server = TCPServerFactory::of<Stopper>("127.0.0.1:0");
  server->start();
  AnyStream other = connect(server->local_endpoint());
  AnyStream client = connect(server->local_endpoint());
  BOOST_TEST(eventually([&] { return server->active() == 2; }));
  client.send_all("stop");
  char answer = 0;
  BOOST_TEST(client.receive(&answer, 1, kPatience) == 1u);
  BOOST_TEST(answer == '1');  // the other one was cut
  BOOST_TEST(eventually([&] { return server->active() == 0; }));
}

BOOST_AUTO_TEST_CASE(functions_are_called_on_all_threads) {
  std::atomic<int> elsewhere{0};
  const auto here = std::this_thread::get_id();
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream) {
    if (std::this_thread::get_id() != here) ++elsewhere;
    echo(stream);
  });
  server.set_threads(3);
  server.start();
  std::vector<AnyStream> clients;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(connect(server.local_endpoint()));
    BOOST_TEST(ask(clients.back(), "x") == "x");
  }
  BOOST_TEST(elsewhere == 6);
  BOOST_TEST(server.counters().received_bytes == 9u);
  clients.clear();
  BOOST_TEST(server.stop(kPatience) == 0u);
  BOOST_TEST(server.counters().active == 0u);
}

BOOST_AUTO_TEST_CASE(a_service_is_made_of_servers_of_any_kind) {
  Service service;
  StreamServer& server = service["echo"] = std::make_unique<StreamServer>("127.0.0.1:0", echo);
  service.start();
  AnyStream client = connect(server.local_endpoint());
  BOOST_TEST(ask(client, "x") == "x");
  client.close();
  BOOST_TEST(service.stop(kPatience) == 0u);
}

BOOST_AUTO_TEST_CASE(servers_that_share_a_limit_hold_nothing_in_hand) {
  auto limit = std::make_shared<ConnectionLimit>(2);
  StreamServer first("127.0.0.1:0", echo, {.limit = limit});
  StreamServer second("127.0.0.1:0", echo, {.limit = limit});
  first.start();
  second.start();
  AnyStream a = connect(first.local_endpoint());
  AnyStream b = connect(second.local_endpoint());
  BOOST_TEST(ask(a, "a") == "a");
  BOOST_TEST(ask(b, "b") == "b");
  BOOST_TEST(limit->full());
  AnyStream waits = connect(second.local_endpoint());
  waits.send_all("c");
  BOOST_TEST(!waits.wait_readable(20ms));
  BOOST_TEST(first.active() + second.active() == 2u);
  a.close();  // of the other server
  char answer = 0;
  BOOST_TEST(waits.receive(&answer, 1, kPatience) == 1u);
  limit->set_most(3);
  AnyStream more = connect(first.local_endpoint());
  BOOST_TEST(ask(more, "d") == "d");
}

BOOST_AUTO_TEST_CASE(a_stream_may_outlive_its_connection) {
  AnyStream kept;
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream) { kept = std::move(stream); });
  server.start();
  AnyStream client = connect(server.local_endpoint());
  BOOST_TEST(eventually([&] { return static_cast<bool>(kept) && server.active() == 0; }));
  kept.send_all("x");
  char byte = 0;
  BOOST_TEST(client.receive(&byte, 1, kPatience) == 1u);
}

BOOST_AUTO_TEST_CASE(a_connection_that_cannot_be_built_costs_nobody_else) {
  test::LogLines log;
  struct Picky : StreamServer {
    Picky() : StreamServer("127.0.0.1:0", echo) { start(); }
    ~Picky() override { end(); }
    std::unique_ptr<Connection> build_connection() override {
      if (first_) {
        first_ = false;
        throw std::runtime_error("not today");
      }
      return StreamServer::build_connection();
    }
    bool first_ = true;
  } server;
  AnyStream refused = connect(server.local_endpoint());
  char byte = 0;
  BOOST_TEST(refused.receive(&byte, 1, kPatience) == 0u);
  AnyStream client = connect(server.local_endpoint());
  BOOST_TEST(ask(client, "x") == "x");
  BOOST_TEST(log.text() == "cannot serve a connection: not today\n");
}

BOOST_AUTO_TEST_CASE(a_builder_that_returns_nothing_costs_its_connection) {
  test::LogLines log;
  TCPServerFactory server("127.0.0.1:0");
  server.set_builder([] { return std::unique_ptr<Protocol>(); });
  server.start();
  AnyStream client = connect(server.local_endpoint());
  char byte = 0;
  BOOST_TEST(client.receive(&byte, 1, kPatience) == 0u);
  BOOST_TEST(log.text() == "cannot serve a connection: the builder has returned nothing\n");
}

BOOST_AUTO_TEST_CASE(a_connection_is_aborted_wherever_its_stream_is) {
  Event moved;
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream) {
    AnyStream own = std::move(stream);
    moved.set();
    char byte = 0;
    own.receive(&byte, 1);
  });
  server.start();
  AnyStream client = connect(server.local_endpoint());
  moved.wait();
  server.for_each_connection([](Connection& one) {
    one.abort();
    BOOST_TEST(!one.connected());
  });
  BOOST_TEST(eventually([&] { return server.active() == 0; }));
  char byte = 0;
  BOOST_CHECK_THROW(client.receive(&byte, 1, kPatience), std::system_error);  // a reset
}

BOOST_AUTO_TEST_CASE(hooks_that_throw_are_reported_and_hurt_nobody) {
  const test::Reports reports;
  struct Hooked : StreamServer {
    Hooked() : StreamServer("127.0.0.1:0", echo) { start(); }
    ~Hooked() override { end(); }
    void connection_started(Connection&) override { throw std::runtime_error("started"); }
    void connection_closing(Connection& connection) override { connection.abort(); }
    void connection_ended(Connection&, const CloseReason&) override {
      throw std::runtime_error("ended");
    }
  } server;
  AnyStream client = connect(server.local_endpoint());
  BOOST_TEST(ask(client, "x") == "x");
  client.close();
  BOOST_TEST(eventually([&] { return server.active() == 0; }));
  BOOST_TEST(reports.all.size() == 2u);
}

BOOST_AUTO_TEST_CASE(to_stop_a_server_on_another_thread_is_misuse) {
  std::atomic<bool> refused{false};
  StreamServer* self = nullptr;
  StreamServer server("127.0.0.1:0", [&](AnyStream& stream) {
    try {
      self->stop();
    } catch (const Misuse&) {
      refused = true;
    }
    stream.send_all("x");
  });
  self = &server;
  server.set_threads(2);
  server.start();
  std::vector<AnyStream> clients;
  char byte = 0;
  for (int i = 0; i < 2 && !refused; ++i) {
    server.start();
    clients.push_back(connect(server.local_endpoint()));
    BOOST_TEST(clients.back().receive(&byte, 1, kPatience) == 1u);
  }
  BOOST_TEST(eventually([&] { return server.active() == 0; }));
}

BOOST_AUTO_TEST_CASE(start_takes_up_what_a_pause_has_left) {
  StreamServer server("127.0.0.1:0", echo);
  server.start();
  server.pause();
  server.start();
  BOOST_TEST(server.accepting());
  server.stop();
  server.listen();
  server.resume();  // begins anew, and does not go on to drain
  AnyStream client = connect(server.local_endpoint());
  BOOST_TEST(ask(client, "x") == "x");
}

BOOST_AUTO_TEST_SUITE_END()
