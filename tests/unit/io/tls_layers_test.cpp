// TLS on streams that are no sockets: on TLS, and on a class of one's own.

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/tls_stream.h"
#include "tests/unit/io/tls_pair.h"

BOOST_AUTO_TEST_SUITE(tls_layers)

using namespace gnet;
using namespace std::chrono_literals;
using test::kPatience;

namespace {

// A stream that hides its socket, and sends in small pieces.
class Tunnel final : public ByteStream {
 public:
  explicit Tunnel(Stream stream) : stream_(std::move(stream)) {}
  Tunnel(Tunnel&&) = default;

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) override {
    return stream_.receive(buffer, std::min<std::size_t>(size, 1000), deadline);
  }
  std::size_t send_some(std::string_view data, Deadline deadline) override {
    return stream_.send_some(data.substr(0, 700), deadline);
  }
  void send_all(std::string_view data, Deadline deadline) override {
    while (!data.empty()) data.remove_prefix(send_some(data, deadline));
  }
  void shutdown_send(Deadline) override { stream_.shutdown_send(); }
  bool wait_readable(Deadline deadline) override { return stream_.wait_readable(deadline); }
  void close() noexcept override { stream_.close(); }
  void abort() noexcept override { stream_.abort(); }
  bool is_open() const noexcept override { return stream_.is_open(); }
  Endpoint local_endpoint() const override { return stream_.local_endpoint(); }
  Endpoint remote_endpoint() const override { return stream_.remote_endpoint(); }

 private:
  Stream stream_;
};

struct Pair {
  TLSStream client;
  TLSStream server;
};

Pair over(AnyStream client, AnyStream server) {
  return {TLSStream(std::move(client), TLSContext::client(test::believing()), "localhost"),
          TLSStream(std::move(server), test::usual_server())};
}

Pair over_tunnel() {
  auto [client, server] = Stream::make_pair();
  return over(Tunnel(std::move(client)), Tunnel(std::move(server)));
}

Pair over_tls() {
  auto [client, server] = Stream::make_pair();
  Pair outer = over(std::move(client), std::move(server));
  return over(std::move(outer.client), std::move(outer.server));
}

std::string receive_all(ByteStream& stream) {
  std::string text;
  std::string buffer(10'000, '\0');
  while (const std::size_t size = stream.receive(buffer.data(), buffer.size(), kPatience)) {
    text.append(buffer, 0, size);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(both_ways_at_once_and_to_the_end) {
  for (const auto make : {over_tunnel, over_tls}) {
    Pair pair = make();
    const std::string up(500'000, 'u');
    const std::string down(700'000, 'd');
    auto serve = spawn([&] {
      auto read = spawn([&] { return receive_all(pair.server); });
      pair.server.send_all(down, kPatience);
      pair.server.shutdown_send(kPatience);
      return read.get();
    });
    auto ask = spawn([&] {
      pair.client.send_all(up, kPatience);
      pair.client.shutdown_send(kPatience);
    });
    BOOST_TEST((receive_all(pair.client) == down));
    BOOST_TEST((serve.get() == up));
    ask.get();
    BOOST_TEST(pair.client.session().version() == "TLSv1.3");
  }
}

BOOST_AUTO_TEST_CASE(a_wait_for_data_that_ends_before_the_handshake_does_is_no_error) {
  for (const auto make : {over_tunnel, over_tls}) {
    Pair pair = make();
    BOOST_TEST(!pair.client.wait_readable(5ms));
    auto answer = spawn([&] {
      pair.server.send_all("late", kPatience);
      pair.server.shutdown_send(kPatience);
    });
    BOOST_TEST(pair.client.wait_readable(kPatience));
    BOOST_TEST(receive_all(pair.client) == "late");
    answer.get();
  }
}

BOOST_AUTO_TEST_CASE(the_handshake_refuses_whom_it_does_not_believe_and_says_so_to_the_peer) {
  auto [client, server] = Stream::make_pair();
  Pair pair{
      TLSStream(Tunnel(std::move(client)), TLSContext::client(test::believing()), "example.org"),
      TLSStream(Tunnel(std::move(server)), test::usual_server())};
  auto hear = spawn([&] {
    char byte = 0;  // with TLS 1.3 the server has agreed before it hears of it
    pair.server.receive(&byte, 1, kPatience);
  });
  BOOST_CHECK_EXCEPTION(pair.client.handshake(kPatience), TLSError,
                        [](const TLSError& error) { return error.code() == TLSErrc::certificate; });
  BOOST_CHECK_EXCEPTION(hear.get(), TLSError, [](const TLSError& error) {
    return error.code() == TLSErrc::refused;  // by the client's alert
  });
}

BOOST_AUTO_TEST_CASE(an_end_without_a_farewell_is_an_error) {
  Pair pair = over_tunnel();
  auto agreed = spawn([&] { pair.server.handshake(kPatience); });
  pair.client.handshake(kPatience);
  agreed.get();
  pair.server.close();  // over a stream close() says nothing
  char byte = 0;
  BOOST_CHECK_EXCEPTION(pair.client.receive(&byte, 1, kPatience), TLSError,
                        [](const TLSError& error) { return error.code() == TLSErrc::truncated; });
}

BOOST_AUTO_TEST_CASE(an_interrupted_send_leaves_the_stream_in_order) {
  Pair pair = over_tunnel();
  auto agreed = spawn([&] { pair.server.handshake(kPatience); });
  pair.client.handshake(kPatience);
  agreed.get();
  std::size_t sent = 0;
  const std::string piece(16'000, 'x');
  auto fill = spawn([&] {
    for (;;) sent += pair.client.send_some(piece);
  });
  sleep(20ms);
  fill.kill();
  auto read = spawn([&] { return receive_all(pair.server); });
  pair.client.send_all("end", kPatience);
  pair.client.shutdown_send(kPatience);
  const std::string heard = read.get();
  BOOST_TEST(heard.ends_with("end"));
  BOOST_TEST(heard.size() >= sent + 3);
  BOOST_TEST(heard.size() <= sent + piece.size() + 3);
}

BOOST_AUTO_TEST_CASE(it_may_go_while_a_fiber_waits_on_it) {
  auto pair = std::make_unique<Pair>(over_tunnel());
  auto agreed = spawn([&] { pair->server.handshake(kPatience); });
  pair->client.handshake(kPatience);
  agreed.get();
  auto waiting = spawn([client = &pair->client] {
    char byte = 0;
    client->receive(&byte, 1);
  });
  yield();
  pair.reset();
  waiting.join();
  BOOST_CHECK_THROW(waiting.get(), std::system_error);
}

BOOST_AUTO_TEST_CASE(data_that_waits_inside_is_readable) {
  Pair pair = over_tls();
  auto greet = spawn([&] { pair.server.send_all("hello", kPatience); });
  BOOST_TEST(pair.client.wait_readable(kPatience));
  char byte = 0;
  BOOST_TEST(pair.client.receive(&byte, 1, kPatience) == 1u);
  BOOST_TEST(pair.client.wait_readable(1ms));  // the other four
  greet.get();
}

BOOST_AUTO_TEST_CASE(without_a_stream_there_is_none) {
  BOOST_CHECK_THROW(TLSStream(AnyStream(), test::usual_server()), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_receiver_does_not_wait_for_what_an_interrupt_has_left) {
  Pair pair = over_tunnel();
  auto agreed = spawn([&] { pair.server.handshake(kPatience); });
  pair.client.handshake(kPatience);
  agreed.get();
  const std::string piece(16'000, 'x');
  auto fill = spawn([&] {
    for (;;) pair.client.send_some(piece);
  });
  sleep(20ms);  // until nothing goes any more
  fill.kill();
  const std::string answer(3'000'000, 'y');
  auto serve = spawn([&] {
    pair.server.send_all(answer, kPatience);
    pair.server.shutdown_send(kPatience);
    return receive_all(pair.server).size();
  });
  BOOST_TEST(pair.client.wait_readable(kPatience));
  BOOST_TEST((receive_all(pair.client) == answer));
  pair.client.shutdown_send(kPatience);
  BOOST_TEST(serve.get() % piece.size() == 0u);
}

BOOST_AUTO_TEST_CASE(an_interrupt_in_three_layers_loses_and_doubles_nothing) {
  auto [a, b] = Stream::make_pair();
  Pair lower = over(Tunnel(std::move(a)), Tunnel(std::move(b)));
  Pair pair = over(std::move(lower.client), std::move(lower.server));
  auto agreed = spawn([&] { pair.server.handshake(kPatience); });
  pair.client.handshake(kPatience);
  agreed.get();
  auto fill = spawn([&] {
    for (;;) pair.client.send_some(std::string(5'000, 'x'));
  });
  sleep(20ms);
  fill.kill();
  auto read = spawn([&] { return receive_all(pair.server); });
  pair.client.send_all("end", kPatience);
  pair.client.shutdown_send(kPatience);
  const std::string heard = read.get();
  BOOST_TEST(heard.size() % 5'000 == 3u);
  BOOST_TEST(heard.find_first_not_of('x') == heard.size() - 3);
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_answered_by_an_alert) {
  auto [a, b] = Stream::make_pair();
  TLSStream server(Tunnel(std::move(b)), test::usual_server());
  a.send_all(std::string("\x16\x03\x01\x00\x05hello", 10));  // a record without sense
  BOOST_CHECK_THROW(server.handshake(kPatience), TLSError);
  char alert = 0;
  BOOST_TEST(a.receive(&alert, 1, kPatience) == 1u);
  BOOST_TEST(alert == 21);  // RFC 8446, 5.1
}

BOOST_AUTO_TEST_CASE(an_alert_arrives_through_several_layers_also_when_its_sender_closes_at_once) {
  auto [a, b] = Stream::make_pair();
  Pair outer = over(std::move(a), std::move(b));
  auto serve = spawn([&] {
    TLSStream middle(std::move(outer.server), test::usual_server());
    TLSStream server(std::move(middle), test::usual_server());
    server.handshake(kPatience);
  });
  TLSStream middle(std::move(outer.client), TLSContext::client({.verify = false}));
  middle.send_all(std::string("\x16\x03\x01\x00\x05hello", 10), kPatience);
  char alert = 0;
  BOOST_TEST(middle.receive(&alert, 1, kPatience) == 1u);
  BOOST_TEST(alert == 21);
  BOOST_CHECK_THROW(serve.get(), TLSError);
}

BOOST_AUTO_TEST_SUITE_END()
