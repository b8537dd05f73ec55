// Protocols over TLS: what they are promised without it holds with it.

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/connect.h"
#include "gnet/io/tls_stream.h"
#include "gnet/protocol/reconnecting_client_factory.h"
#include "gnet/protocol/tcp_server_factory.h"
#include "gnet/sync/queue.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(secured_connections)

using namespace gnet;
using namespace std::chrono_literals;
using test::eventually;
using test::LogLines;
using test::TemporaryFile;

namespace {

// Valgrind takes its time.
constexpr auto kPatience = 60s;

const Identity& localhost() {
  static const Identity identity = make_self_signed();
  return identity;
}

TLSContext believing() {
  static const TemporaryFile file(localhost().certificate);
  return TLSContext::client({.ca_file = file.name()});
}

// What happened, in order; shared by the connections of one test.
using Story = std::vector<std::string>;

struct Echo : Protocol {
  explicit Echo(Story& story) : story(story) {}
  void connection_made() override { story.emplace_back("made " + tls()->version()); }
  void data_received(std::string_view data) override { send_data(data); }
  bool eof_received() override {
    story.emplace_back("eof");
    return false;
  }
  void connection_lost(const CloseReason& reason) override {
    story.emplace_back("lost: " + reason.text());
  }
  Story& story;
};

struct Server {
  template <typename P = Echo>
  explicit Server(std::type_identity<P> = {}, Duration handshake_timeout = kPatience)
      : factory(Endpoint::parse("127.0.0.1:0"),
                {.tls = TLSContext::server({.identity = localhost()})}) {
    factory.set_builder([this, handshake_timeout] {
      auto protocol = std::make_unique<P>(story);
      protocol->handshake_timeout = handshake_timeout;
      return protocol;
    });
    factory.start();
  }
  TLSStream connect_to() {
    return {connect_stream(factory.local_endpoint().with_tls(false)), believing(), "localhost"};
  }
  Story story;
  TCPServerFactory factory;
};

std::string receive_text(TLSStream& stream, std::size_t size = 16384) {
  std::string text(size, '\0');
  text.resize(stream.receive(text.data(), text.size(), kPatience));
  return text;
}

std::string receive_all(TLSStream& stream) {
  std::string text;
  while (true) {
    const std::string more = receive_text(stream);
    if (more.empty()) return text;
    text += more;
  }
}

struct QuietLog {
  QuietLog() { set_log_level(LogLevel::off); }
  ~QuietLog() { set_log_level(LogLevel::info); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_echo_comes_back) {
  Server server;
  TLSStream client = server.connect_to();
  client.send_all("hello");
  BOOST_TEST(receive_text(client) == "hello");
  client.shutdown_send();
  BOOST_TEST(receive_text(client) == "");
  BOOST_TEST(eventually([&] { return server.story.size() == 3; }));
  const Story all{"made TLSv1.3", "eof", "lost: eof"};
  BOOST_TEST(server.story == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(three_million_bytes_come_back_whole_after_half_close) {
  Server server;
  TLSStream client = server.connect_to();
  std::string data(3'000'000, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 31 + i / 251);
  auto sender = spawn([&] {
    client.send_all(data, kPatience);
    client.shutdown_send();
  });
  BOOST_TEST((receive_all(client) == data));
  sender.get();
}

// More than the sockets hold is queued, in pieces that begin and end anywhere.
struct Flood : Echo {
  using Echo::Echo;
  void connection_made() override {
    const std::string text(300'007, 'x');
    for (int i = 0; i < 10; ++i) {
      send_data("<");
      send_data(text);
      send_data(">");
    }
    close_protocol();
  }
};

BOOST_AUTO_TEST_CASE(what_does_not_fit_waits_and_keeps_its_order) {
  Server server{std::type_identity<Flood>()};
  TLSStream client = server.connect_to();
  client.handshake(kPatience);
  sleep(20ms);  // everything is stuck meanwhile
  std::string wanted;
  for (int i = 0; i < 10; ++i) wanted += "<" + std::string(300'007, 'x') + ">";
  BOOST_TEST((receive_all(client) == wanted));
}

// The record that does not fit is a whole one, in each way to send.
struct Narrow : Echo {
  using Echo::Echo;
  void connection_made() override {
    lowest_socket()->set_option(SOL_SOCKET, SO_SNDBUF, 64 * 1024);
    for (int i = 0; i < 20; ++i) send_data(std::string(100'000, 'x'));
  }
  void data_received(std::string_view data) override {
    add_inner_fiber([this, last = std::string(data)] {
      for (int i = 0; i < 20; ++i) send_data(std::string(100'000, 'y'));
      send_lose(last);
    });
  }
};

BOOST_AUTO_TEST_CASE(large_pieces_to_a_socket_without_room_arrive) {
  Server server{std::type_identity<Narrow>()};
  TLSStream client = server.connect_to();
  client.send_all("end");
  sleep(20ms);  // everything is stuck meanwhile
  const std::string wanted =
      std::string(2'000'000, 'x') + std::string(2'000'000, 'y') + std::string("end");
  BOOST_TEST((receive_all(client) == wanted));
}

BOOST_AUTO_TEST_CASE(closing_says_farewell) {
  struct Short : Echo {
    using Echo::Echo;
    void connection_made() override { send_lose("bye"); }
  };
  Server server{std::type_identity<Short>()};
  TLSStream client = server.connect_to();
  BOOST_TEST(receive_all(client) == "bye");
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_away_without_farewell_is_the_reason) {
  Server server;
  TLSStream client = server.connect_to();
  client.send_all("hello");
  BOOST_TEST(receive_text(client) == "hello");
  client.lowest_socket()->close();
  BOOST_TEST(eventually([&] { return server.story.size() == 2; }));
  BOOST_TEST(server.story.back() ==
             "lost: i/o error: receive: the peer ended the connection without saying so");
}

BOOST_AUTO_TEST_CASE(without_a_handshake_there_is_no_callback) {
  const QuietLog quiet;
  Server server;
  Stream stranger = connect_stream(server.factory.local_endpoint().with_tls(false));
  stranger.send_all("GET / HTTP/1.0\r\n\r\n");
  char buffer[1000];
  try {
    while (stranger.receive(buffer, sizeof buffer, kPatience) > 0) continue;
  } catch (const std::system_error& error) {
    BOOST_TEST((error.code() == std::errc::connection_reset));
  }
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 0; }));
  BOOST_TEST(server.story.empty());
  BOOST_TEST(server.factory.counters().accepted == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_falls_silent_in_the_handshake_is_told_of) {
  LogLines log;
  Server server{std::type_identity<Echo>(), 10ms};
  Stream mute = connect_stream(server.factory.local_endpoint().with_tls(false));
  mute.send_all(std::string_view("\x16\x03\x01\x02", 4));
  char byte;
  BOOST_TEST(mute.receive(&byte, 1, kPatience) == 0U);
  BOOST_TEST(eventually(
      [&] { return log.text().find("TLS handshake: timed out after") != std::string::npos; }));
  BOOST_TEST(server.story.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_says_nothing_is_not_waited_for) {
  const QuietLog quiet;
  Server server{std::type_identity<Echo>(), 10ms};
  Stream mute = connect_stream(server.factory.local_endpoint().with_tls(false));
  char byte;
  BOOST_TEST(mute.receive(&byte, 1, kPatience) == 0U);
  BOOST_TEST(server.story.empty());
}

BOOST_AUTO_TEST_CASE(stopping_waits_for_no_handshake) {
  Server server;
  Stream mute = connect_stream(server.factory.local_endpoint().with_tls(false));
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 1; }));
  BOOST_TEST(server.factory.stop(kPatience) == 0U);
  BOOST_TEST(server.story.empty());
}

BOOST_AUTO_TEST_CASE(stopping_lets_connections_end_in_peace) {
  Server server;
  TLSStream client = server.connect_to();
  client.send_all("hello");
  BOOST_TEST(receive_text(client) == "hello");
  BOOST_TEST(server.factory.stop(kPatience) == 0U);
  BOOST_TEST(receive_text(client) == "");
  BOOST_TEST(server.story.back() == "lost: service stop");
}

BOOST_AUTO_TEST_CASE(connections_may_live_on_several_threads) {
  Story story;
  TCPServerFactory server(Endpoint::parse("127.0.0.1:0"),
                          {.tls = TLSContext::server({.identity = localhost()})});
  struct Quiet : Protocol {
    void data_received(std::string_view data) override { send_data(data); }
  };
  server.set_builder([] { return std::make_unique<Quiet>(); });
  server.set_threads(3);
  server.start();
  std::vector<Fiber<std::string>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(spawn([&] {
      TLSStream client(connect_stream(server.local_endpoint().with_tls(false)), believing(),
                       "localhost");
      client.send_all("ping");
      return receive_text(client);
    }));
  }
  for (auto& client : clients) BOOST_TEST(client.get() == "ping");
  server.stop(kPatience);
}

// ---- farewells for which there is no room ----

// Sends so many single bytes, each a record of its own; what the socket does not take is queued.
struct Drops : Echo {
  explicit Drops(Story& story, int count, Duration timeout) : Echo(story), count(count) {
    write_timeout = timeout;
  }
  void connection_made() override {
    add_inner_fiber([this] {
      for (int i = 0; i < count; ++i) {
        send_data("x");
        yield();  // it leaves by itself
        if (queued_bytes() > 0) break;
        ++sent;
      }
      story.push_back(std::to_string(sent));
      close_protocol();
    });
  }
  int count;
  int sent = 0;
};

struct DropServer {
  DropServer(int count, Duration timeout)
      : factory(Endpoint::unix_path("@gnet-drops-" + std::to_string(getpid())),
                {.tls = TLSContext::server({.identity = localhost(), .kernel = false})}) {
    factory.set_builder(
        [this, count, timeout] { return std::make_unique<Drops>(story, count, timeout); });
    factory.start();
  }
  // A client who has agreed, and does not read.
  TLSStream visit() {
    TLSStream client(connect_stream(factory.local_endpoint().with_tls(false)), believing(),
                     "localhost");
    client.handshake(kPatience);
    BOOST_TEST(eventually([&] { return !story.empty(); }));
    return client;
  }
  Story story;
  TCPServerFactory factory;
};

// How many fit, so that there is no room for anything more.
int drops_that_fit() {
  DropServer server(1'000'000, kPatience);
  TLSStream client = server.visit();
  const int count = std::stoi(server.story.front());
  static_cast<void>(receive_all(client));
  return count;
}

BOOST_AUTO_TEST_CASE(a_farewell_waits_for_room) {
  const int most = drops_that_fit();
  for (const int count : {most - 1, most}) {
    DropServer server(count, kPatience);
    TLSStream client = server.visit();
    BOOST_TEST(server.story.front() == std::to_string(count));
    sleep(5ms);
    BOOST_TEST(receive_all(client).size() == static_cast<std::size_t>(count));
    BOOST_TEST(eventually([&] { return server.story.size() == 2; }));
    BOOST_TEST(server.story.back() == "lost: closed here");
  }
}

BOOST_AUTO_TEST_CASE(a_farewell_that_finds_no_room_is_given_up) {
  DropServer server(drops_that_fit(), 10ms);
  TLSStream client = server.visit();
  BOOST_TEST(eventually([&] { return server.story.size() == 2; }));
  BOOST_TEST(server.story.back() == "lost: closed here: write timeout of 10ms passed");
}

// ---- endpoints that say how they are secured ----

BOOST_AUTO_TEST_CASE(endpoints_name_their_own_certificates) {
  const TemporaryFile both(localhost().key + localhost().certificate);
  Story story;
  auto server =
      TCPServerFactory::of<Echo>("tls-l://127.0.0.1:0?cert=" + both.name(), std::ref(story));
  server->start();
  const std::string port = std::to_string(server->local_endpoint().port());
  struct Client : Protocol {
    void connection_made() override { send_data("hello"); }
    void data_received(std::string_view data) override { received += data; }
    std::string received;
  };
  auto client = ReconnectingClientFactory::of<Client>(
      "tls://127.0.0.1:" + port + "?sni=localhost&cacert=" + both.name(), {});
  client->start();
  BOOST_TEST(client->wait_connected(kPatience));
  BOOST_TEST(client->connection()->tls()->server_name() == "localhost");
  client->stop(kPatience);
  BOOST_CHECK_THROW(TCPServerFactory("tls-l://127.0.0.1:0"), BadEndpoint);
}

// ---- clients ----

struct Client : Protocol {
  explicit Client(Queue<std::string>& received) : received(received) {}
  void data_received(std::string_view data) override { received.put(std::string(data)); }
  Queue<std::string>& received;
};

BOOST_AUTO_TEST_CASE(a_client_factory_speaks_tls_too) {
  Server server;
  Queue<std::string> received;
  auto client = ReconnectingClientFactory::of<Client>(server.factory.local_endpoint(), {},
                                                      std::ref(received));
  client->tls = believing();
  client->start();
  BOOST_TEST(client->wait_connected(kPatience));
  client->send("hello");
  BOOST_TEST(received.get(kPatience).value() == "hello");
  BOOST_TEST(client->connection()->tls()->established());
  client->stop(kPatience);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_believed_is_no_connection) {
  const QuietLog quiet;
  Server server;
  Queue<std::string> received;
  auto client = ReconnectingClientFactory::of<Client>(
      server.factory.local_endpoint(), {.initial = 1ms, .max_retries = 3}, std::ref(received));
  client->tls = TLSContext::client();
  client->start();
  BOOST_CHECK_THROW(static_cast<void>(client->wait_connected(kPatience)), ConnectionLost);
  BOOST_CHECK_THROW(std::rethrow_exception(client->last_error()), TLSError);
  BOOST_TEST(server.factory.counters().accepted == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
