#include "gnet/protocol/reconnecting_client_factory.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/listener.h"
#include "gnet/protocol/tcp_server_factory.h"
#include "tests/unit/child.h"
#include "tests/unit/eventually.h"

BOOST_AUTO_TEST_SUITE(reconnecting_client_factory)

using namespace std::chrono_literals;
using gnet::CloseKind;
using gnet::Endpoint;
using gnet::Offline;
using gnet::ReconnectingClientFactory;
using gnet::RetryPolicy;
using test::eventually;

namespace {

const RetryPolicy kQuick{.initial = 1ms, .max = 5ms};

// A port on which nobody listens, until somebody does.
Endpoint free_endpoint() {
  return gnet::Listener(Endpoint::parse("tcp-l://127.0.0.1:0")).local_endpoint();
}

// Waits until `condition` holds, at most five seconds.
// Keeps what it was sent.
struct Sink : gnet::Protocol {
  explicit Sink(std::string* received) : received(received) {}
  void data_received(std::string_view data) override { *received += data; }
  std::string* received;
};

struct Plain : gnet::Protocol {};

// Notes what happens to it.
struct Client : ReconnectingClientFactory {
  using ReconnectingClientFactory::ReconnectingClientFactory;

  std::unique_ptr<gnet::Protocol> build_protocol() override { return std::make_unique<Plain>(); }
  void connecting(unsigned attempt) override { tries.push_back(attempt); }
  void connect_failed(unsigned attempt, const std::exception_ptr& error,
                      std::optional<gnet::Duration> next_delay) override {
    failures.push_back(attempt);
    errors.push_back(gnet::describe(error));
    last_delay = next_delay;
  }
  void disconnected(const gnet::CloseReason& reason, std::optional<gnet::Duration>) override {
    reasons.push_back(reason.kind);
  }

  std::vector<unsigned> tries;
  std::vector<unsigned> failures;
  std::vector<std::string> errors;
  std::vector<CloseKind> reasons;
  std::optional<gnet::Duration> last_delay;
};

std::unique_ptr<gnet::TCPServerFactory> server_at(const Endpoint& endpoint, std::string* received) {
  auto server = gnet::TCPServerFactory::of<Sink>(endpoint, received);
  server->start();
  return server;
}

gnet::Protocol* only_connection(gnet::ConnectionFactory& factory) {
  gnet::Protocol* found = nullptr;
  factory.for_each_connection<gnet::Protocol>([&](gnet::Protocol& one) { found = &one; });
  return found;
}

std::string numbered(int number) {
  return "message " + std::to_string(number) + "\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_server_that_only_accepts_and_closes_is_as_bad_as_none) {
  struct Closing : gnet::Protocol {
    void connection_made() override { close_protocol(); }
  };
  auto server = gnet::TCPServerFactory::of<Closing>(Endpoint::parse("127.0.0.1:0"));
  server->start();
  RetryPolicy policy = kQuick;
  policy.max_retries = 3;
  Client client(server->local_endpoint(), policy);
  client.start();
  BOOST_TEST(client.wait_ended(5s));
  BOOST_TEST((client.tries == std::vector{1U, 2U, 3U}));
  BOOST_TEST(client.reasons.size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_first_connect_is_retried) {
  const Endpoint where = free_endpoint();
  Client client(where, kQuick);
  client.start();
  BOOST_TEST(eventually([&] { return client.failures.size() >= 3; }));
  BOOST_TEST(client.errors.front().find("connection refused") != std::string::npos);
  BOOST_TEST((client.last_error() != nullptr));
  std::string received;
  const auto server = server_at(where, &received);
  BOOST_TEST(client.wait_connected(5s));
  BOOST_TEST((client.last_error() == nullptr));
  BOOST_TEST(client.tries[1] == 2U);
  client.stop(0s);
  BOOST_TEST((client.reasons == std::vector{CloseKind::service_stop}));
}

BOOST_AUTO_TEST_CASE(without_a_delay_it_never_tries_again) {
  Client client(free_endpoint());
  client.reconnect_delay = 0s;
  client.start();
  BOOST_TEST(client.wait_ended(5s));
  BOOST_TEST(client.failures.size() == 1U);
  BOOST_TEST(!client.last_delay.has_value());
  BOOST_CHECK_THROW(static_cast<void>(client.wait_connected()), gnet::ConnectionLost);

  Client never(free_endpoint(), RetryPolicy::never());
  never.start();
  BOOST_TEST(never.wait_ended(5s));
}

BOOST_AUTO_TEST_CASE(reconnect_delay_is_the_delay) {
  Client client(free_endpoint(), kQuick);
  client.reconnect_delay = 60s;
  client.start();
  BOOST_TEST(eventually([&] { return client.failures.size() == 1; }));
  BOOST_TEST((client.last_delay == 60s));

  Client quick(free_endpoint());
  quick.reconnect_delay = 3ms;
  quick.start();
  BOOST_TEST(eventually([&] { return quick.failures.size() >= 4; }));
  BOOST_TEST((quick.last_delay == 3ms));
}

BOOST_AUTO_TEST_CASE(it_reconnects_unless_told_otherwise) {
  Client client(free_endpoint());
  client.start();
  BOOST_TEST(eventually([&] { return client.failures.size() == 1; }));
  BOOST_TEST(client.last_delay.has_value());
  BOOST_TEST(client.running());
}

BOOST_AUTO_TEST_CASE(a_builder_that_returns_nothing_is_a_try_that_has_failed) {
  std::string received;
  const auto server = server_at(Endpoint::parse("127.0.0.1:0"), &received);
  struct Choosy : Client {
    using Client::Client;
    std::unique_ptr<gnet::Protocol> build_protocol() override {
      return ++asked < 3 ? nullptr : Client::build_protocol();
    }
    int asked = 0;
  };
  Choosy client(server->local_endpoint(), kQuick);
  client.start();
  BOOST_TEST(client.wait_connected(5s));
  BOOST_TEST(client.failures.size() == 2U);
  BOOST_TEST(client.errors.front() ==
             "build_protocol() has returned nothing for " + server->local_endpoint().to_string());
}

BOOST_AUTO_TEST_CASE(a_builder_may_be_told_of_the_peer) {
  std::string received;
  const auto server = server_at(Endpoint::parse("127.0.0.1:0"), &received);
  ReconnectingClientFactory client(server->local_endpoint());
  std::uint16_t port = 0;
  client.set_builder([&](const gnet::SocketAddress& peer) {
    port = peer.port();
    return std::make_unique<Plain>();
  });
  client.start();
  BOOST_TEST(client.wait_connected(5s));
  BOOST_TEST(port == server->port());
}

BOOST_AUTO_TEST_CASE(it_gives_up_after_max_retries_the_first_among_them) {
  RetryPolicy policy = kQuick;
  policy.max_retries = 3;
  Client client(free_endpoint(), policy);
  client.start();
  BOOST_TEST(client.wait_ended(5s));
  BOOST_TEST((client.failures == std::vector{1U, 2U, 3U}));
  BOOST_TEST(!client.running());
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_lost_is_made_again) {
  std::string received;
  const auto server = server_at(Endpoint::parse("127.0.0.1:0"), &received);
  Client client(server->local_endpoint(), kQuick);
  client.start();
  for (int i = 0; i < 3; ++i) {
    BOOST_REQUIRE(client.wait_connected(5s));
    BOOST_REQUIRE(eventually([&] { return only_connection(*server) != nullptr; }));
    const auto id = client.connection()->session_id();
    only_connection(*server)->abort();
    BOOST_TEST(
        eventually([&] { return client.connection() && client.connection()->session_id() != id; }));
  }
  BOOST_TEST(client.reasons.size() == 3U);
}

BOOST_AUTO_TEST_CASE(who_keeps_a_connection_is_told_that_it_has_gone) {
  std::string received;
  const auto server = server_at(Endpoint::parse("127.0.0.1:0"), &received);
  Client client(server->local_endpoint(), kQuick);
  BOOST_TEST(!client.connection());
  BOOST_CHECK_THROW(client.connection()->send_data("nobody"), gnet::ConnectionLost);
  client.start();
  BOOST_REQUIRE(client.wait_connected(5s));
  const gnet::ConnectionRef<gnet::Protocol> first = client.connection();
  BOOST_TEST((first == client.connection()));
  BOOST_REQUIRE(eventually([&] { return only_connection(*server) != nullptr; }));
  only_connection(*server)->abort();
  BOOST_REQUIRE(eventually([&] { return client.connection() && client.connection() != first; }));
  BOOST_TEST(!first);
  BOOST_CHECK_THROW(first->send_data("nobody"), gnet::ConnectionLost);
}

BOOST_AUTO_TEST_CASE(a_half_closed_connection_that_is_reset_is_made_again) {
  struct Patient : gnet::Protocol {
    bool eof_received() override { return true; }
  };
  struct PatientClient : Client {
    using Client::Client;
    std::unique_ptr<gnet::Protocol> build_protocol() override {
      return std::make_unique<Patient>();
    }
  };
  gnet::Listener listener(Endpoint::parse("tcp-l://127.0.0.1:0"));
  PatientClient client(listener.local_endpoint(), kQuick);
  client.start();
  gnet::Socket first(listener.accept().fd, gnet::Socket::NonBlocking{});
  first.shutdown_send();
  BOOST_REQUIRE(eventually([&] {
    const auto made = client.connection();
    return made && made->state() == gnet::ConnectionState::half_closed;
  }));
  first.abort();
  const gnet::Timeout limit(5s);
  BOOST_TEST(static_cast<bool>(listener.accept().fd));
}

BOOST_AUTO_TEST_CASE(a_connection_closed_here_is_not_made_again) {
  std::string received;
  const auto server = server_at(Endpoint::parse("127.0.0.1:0"), &received);
  Client client(server->local_endpoint(), kQuick);
  client.start();
  BOOST_REQUIRE(client.wait_connected(5s));
  client.connection()->close_protocol();
  BOOST_TEST(client.wait_ended(5s));
  BOOST_TEST((client.reasons == std::vector{CloseKind::local_close}));
}

BOOST_AUTO_TEST_CASE(stop_trying_lets_the_connection_be_the_last) {
  std::string received;
  const auto server = server_at(Endpoint::parse("127.0.0.1:0"), &received);
  Client client(server->local_endpoint(), kQuick);
  client.start();
  BOOST_REQUIRE(client.wait_connected(5s));
  client.stop_trying();
  server->stop(0s);
  BOOST_TEST(client.wait_ended(5s));
  BOOST_TEST(client.tries.size() == 1U);
}

BOOST_AUTO_TEST_CASE(stop_is_immediate_during_the_delay) {
  Client client(free_endpoint(), {.initial = 60s, .max = 60s});
  client.start();
  BOOST_TEST(eventually([&] { return !client.failures.empty(); }));
  const auto before = gnet::Clock::now();
  BOOST_TEST(client.stop(60s) == 0U);
  BOOST_TEST((gnet::Clock::now() - before < 5s));
  BOOST_TEST(!client.running());
}

BOOST_AUTO_TEST_CASE(stop_is_immediate_during_the_connect) {
  // A backlog that is full: the connect neither succeeds nor fails.
  gnet::Listener full(Endpoint::parse("tcp-l://127.0.0.1:0"), {.backlog = 0});
  std::vector<gnet::Stream> fill;
  for (int i = 0; i < 4; ++i) {
    try {
      fill.push_back(gnet::connect_stream(full.local_endpoint(), {.timeout = 20ms}));
    } catch (const std::system_error&) {
      break;
    }
  }
  Client client(full.local_endpoint(), kQuick);
  client.start();
  BOOST_TEST(eventually([&] { return !client.tries.empty(); }));
  gnet::sleep(5ms);
  const auto before = gnet::Clock::now();
  client.stop(60s);
  BOOST_TEST((gnet::Clock::now() - before < 5s));
  BOOST_TEST(client.failures.empty());
}

BOOST_AUTO_TEST_CASE(it_can_be_stopped_before_it_ran_and_started_again) {
  std::string received;
  const auto server = server_at(Endpoint::parse("127.0.0.1:0"), &received);
  Client client(server->local_endpoint(), kQuick);
  client.start();
  client.stop(0s);
  client.stop(0s);
  BOOST_TEST(client.tries.empty());
  client.start();
  client.start();
  BOOST_TEST(client.wait_connected(5s));
}

BOOST_AUTO_TEST_CASE(waiters_are_told_when_it_is_stopped) {
  Client client(free_endpoint(), {.initial = 60s, .max = 60s});
  client.start();
  auto waiter = gnet::spawn(
      [&] { BOOST_CHECK_THROW(static_cast<void>(client.wait_connected()), gnet::ConnectionLost); });
  gnet::sleep(5ms);
  client.stop(0s);
  BOOST_TEST(waiter.join(5s));
}

BOOST_AUTO_TEST_CASE(messages_sent_while_down_arrive_in_order) {
  const Endpoint where = free_endpoint();
  auto client = ReconnectingClientFactory::of<Plain>(where, kQuick);
  gnet::set_log_level(gnet::LogLevel::off);
  client->start();
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    expected += numbered(i);
    BOOST_TEST(client->send(numbered(i)));
  }
  BOOST_TEST(client->waiting_messages() == 100U);
  std::string received;
  const auto server = server_at(where, &received);
  BOOST_TEST(eventually([&] { return received.size() >= expected.size(); }));
  BOOST_TEST(received == expected);
  BOOST_TEST(client->waiting_messages() == 0U);
  gnet::set_log_level(gnet::LogLevel::info);
}

BOOST_AUTO_TEST_CASE(a_full_buffer_suspends_the_sender) {
  const Endpoint where = free_endpoint();
  Client client(where, kQuick);
  client.offline_limit = 10;
  client.start();
  client.send("12345678");
  BOOST_TEST(!gnet::Timeout(20ms, gnet::silent).run([&] { client.send("abc"); }));
  auto sender = gnet::spawn([&] { client.send("abc"); });
  gnet::sleep(5ms);
  BOOST_TEST(!sender.dead());
  std::string received;
  const auto server = server_at(where, &received);
  BOOST_TEST(sender.join(5s));
  BOOST_TEST(eventually([&] { return received == "12345678abc"; }));
}

BOOST_AUTO_TEST_CASE(messages_may_be_dropped_or_refused_while_down) {
  Client client(free_endpoint(), kQuick);
  client.start();
  client.offline = Offline::drop;
  BOOST_TEST(!client.send("lost"));
  client.offline = Offline::fail;
  BOOST_CHECK_THROW(client.send("refused"), gnet::ConnectionLost);
  client.stop(0s);
  client.offline = Offline::buffer;
  BOOST_CHECK_THROW(client.send("nobody runs"), gnet::ConnectionLost);
}

BOOST_AUTO_TEST_CASE(nothing_buffered_is_lost_or_repeated_over_five_restarts) {
  const Endpoint where = free_endpoint();
  Client client(where, kQuick);
  client.start();
  std::string received;
  std::string expected;
  int number = 0;
  for (int restart = 0; restart < 5; ++restart) {
    for (int i = 0; i < 50; ++i) {  // while the server is down
      expected += numbered(number);
      client.send(numbered(number++));
    }
    auto server = server_at(where, &received);
    BOOST_REQUIRE(client.wait_connected(5s));
    for (int i = 0; i < 50; ++i) {  // and up
      expected += numbered(number);
      client.send(numbered(number++));
    }
    BOOST_REQUIRE(eventually([&] { return received.size() >= expected.size(); }));
    server->stop(0s);
    BOOST_REQUIRE(eventually([&] { return !client.connection(); }));
  }
  BOOST_TEST(received == expected);
}

BOOST_AUTO_TEST_CASE(what_the_kernel_has_not_taken_is_sent_again_whole) {
  // The server does not read; then it is replaced by one that does.
  gnet::Listener deaf(Endpoint::parse("tcp-l://127.0.0.1:0"));
  Client client(deaf.local_endpoint(), kQuick);
  client.offline_limit = 64 << 20;
  client.start();
  const std::string body(100'000, 'x');
  const int count = 300;  // 30 MB: more than the buffers of the kernel
  for (int i = 0; i < count; ++i) {
    client.send(std::to_string(i) + " " + body + "\n");
  }
  auto accepted = std::make_optional(deaf.accept());
  BOOST_REQUIRE(client.wait_connected(5s));
  gnet::sleep(20ms);
  const Endpoint where = deaf.local_endpoint();
  deaf.close();
  const std::uint64_t taken = client.connection()->sent_bytes();
  accepted.reset();  // resets the connection: data was not read
  std::string received;
  const auto server = server_at(where, &received);
  const std::size_t size = std::to_string(0).size() + body.size() + 2;
  BOOST_TEST(eventually([&] {
    return received.size() >= (count - taken / size - 1) * size && client.waiting_messages() == 0;
  }));
  gnet::sleep(20ms);
  // Whole messages, in order, from the first that the kernel had not taken.
  const int first = std::stoi(received);
  BOOST_TEST(first > 0);
  std::size_t at = 0;
  for (int i = first; i < count; ++i) {
    const std::string message = std::to_string(i) + " " + body + "\n";
    BOOST_REQUIRE(received.compare(at, message.size(), message) == 0);
    at += message.size();
  }
  BOOST_TEST(at == received.size());
}

BOOST_AUTO_TEST_CASE(a_mistake_in_the_program_is_not_retried) {
  std::string received;
  const auto server = server_at(Endpoint::parse("127.0.0.1:0"), &received);
  ReconnectingClientFactory client(server->local_endpoint(), kQuick);  // without a builder
  std::string reported;
  gnet::Hub::current().set_error_handler(
      [&](const std::string&, std::exception_ptr error) { reported = gnet::describe(error); });
  client.start();
  BOOST_TEST(client.wait_ended(5s));
  client.stop(0s);
  BOOST_TEST(reported.find("builder") != std::string::npos);
  gnet::Hub::current().set_error_handler({});
}

BOOST_AUTO_TEST_CASE(a_client_may_be_stopped_by_its_own_connection) {
  struct Greeter : gnet::Protocol {
    void connection_made() override { send_data("x"); }
  };
  struct Stopper : gnet::Protocol {
    void data_received(std::string_view) override {
      factory()->stop(gnet::Deadline(1ms));
      close_protocol();
    }
  };
  auto server = gnet::TCPServerFactory::of<Greeter>("127.0.0.1:0");
  server->start();
  {
    auto client = ReconnectingClientFactory::of<Stopper>(server->local_endpoint(), {});
    client->start();
    BOOST_TEST(client->wait_ended(60s));
    BOOST_TEST(client->active() == 0u);
  }
}

// Each of the callbacks that it makes, and an inner fiber of its connection.
BOOST_AUTO_TEST_CASE(one_that_its_own_callback_destroys_is_told_so, *test::not_under_tsan()) {
  enum class From { received, inner, lost, disconnected, failed };
  for (const From from :
       {From::received, From::inner, From::lost, From::disconnected, From::failed}) {
    const auto death = test::death_of([from] {
      using Owner = std::unique_ptr<ReconnectingClientFactory>;
      Owner owner;
      struct Doomed : gnet::Protocol {
        Doomed(From from, Owner& owner) : from(from), owner(owner) {}
        void connection_made() override {
          if (from == From::inner) add_inner_fiber([this] { owner.reset(); });
          send_data("x");
        }
        void data_received(std::string_view) override {
          if (from == From::received) owner.reset();
          if (from == From::lost || from == From::disconnected) abort();
        }
        void connection_lost(const gnet::CloseReason&) override {
          if (from == From::lost) owner.reset();
        }
        From from;
        Owner& owner;
      };
      struct Owned : ReconnectingClientFactory {
        Owned(const Endpoint& endpoint, From from, Owner& owner)
            : ReconnectingClientFactory(endpoint, kQuick), from(from), owner(owner) {}
        std::unique_ptr<gnet::Protocol> build_protocol() override {
          return std::make_unique<Doomed>(from, owner);
        }
        void connect_failed(unsigned, const std::exception_ptr&,
                            std::optional<gnet::Duration>) override {
          owner.reset();
        }
        void disconnected(const gnet::CloseReason&, std::optional<gnet::Duration>) override {
          owner.reset();
        }
        From from;
        Owner& owner;
      };
      struct Echo : gnet::Protocol {
        void data_received(std::string_view data) override { send_data(data); }
      };
      const auto server = gnet::TCPServerFactory::of<Echo>("127.0.0.1:0");
      server->start();
      owner = std::make_unique<Owned>(
          from == From::failed ? free_endpoint() : server->local_endpoint(), from, owner);
      owner->start();
      gnet::sleep(10s);
    });
    BOOST_TEST(death.signal == SIGABRT);
    BOOST_TEST(death.words.find("a client factory was destroyed by its own callback") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
