#include "gnet/io/any_stream.h"

#include <sys/socket.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

#include "gnet/fiber/fiber.h"
#include "gnet/io/tls_stream.h"

BOOST_AUTO_TEST_SUITE(any_stream)

using namespace gnet;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 60s;

struct Pair {
  AnyStream client;
  AnyStream server;
};

Pair pair_of(bool secured) {
  int fds[2];
  BOOST_TEST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  Stream client{UniqueFd(fds[0])};
  Stream server{UniqueFd(fds[1])};
  if (!secured) return {std::move(client), std::move(server)};
  return {TLSStream(std::move(client), TLSContext::client({.verify = false})),
          TLSStream(std::move(server), TLSContext::server({.identity = make_self_signed()}))};
}

std::string receive_all(AnyStream& stream) {
  std::string text;
  char buffer[100];
  while (const std::size_t size = stream.receive(buffer, sizeof buffer, kPatience)) {
    text.append(buffer, size);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(secured_or_not_it_is_used_alike) {
  for (const bool secured : {false, true}) {
    BOOST_TEST_CONTEXT("secured: " << secured) {
      Pair pair = pair_of(secured);
      BOOST_TEST((pair.client.tls() != nullptr) == secured);
      auto answer = spawn([&] {
        const std::string question = receive_all(pair.server);
        pair.server.send_all(question + question, kPatience);
        pair.server.shutdown_send(kPatience);
      });
      pair.client.handshake(kPatience);
      pair.client.send_all("oo", kPatience);
      BOOST_TEST(pair.client.send_some("xx", kPatience) == 2u);
      pair.client.shutdown_send(kPatience);
      BOOST_TEST(receive_all(pair.client) == "ooxxooxx");
      answer.join();
      BOOST_TEST(answer.successful());
    }
  }
}

BOOST_AUTO_TEST_CASE(it_moves_with_what_it_holds) {
  Pair pair = pair_of(false);
  AnyStream moved = std::move(pair.client);
  BOOST_TEST(moved.is_open());
  moved.send_all("x");
  moved.close();
  BOOST_TEST(!moved.is_open());
  BOOST_TEST(receive_all(pair.server) == "x");
  BOOST_TEST(!AnyStream().is_open());
}

BOOST_AUTO_TEST_CASE(one_that_was_moved_away_may_be_closed) {
  for (const bool secured : {false, true}) {
    Pair pair = pair_of(secured);
    const AnyStream moved = std::move(pair.client);
    pair.client.close();
    pair.client.abort();
    BOOST_TEST(!pair.client.is_open());
    BOOST_TEST(moved.is_open());
  }
}

BOOST_AUTO_TEST_CASE(abort_resets) {
  for (const bool secured : {false, true}) {
    Pair pair = pair_of(secured);
    pair.client.abort();
    BOOST_TEST(!pair.client.is_open());
    char byte = 0;
    BOOST_CHECK_THROW(if (pair.server.receive(&byte, 1, kPatience) == 0) throw std::system_error(
                          std::make_error_code(std::errc::connection_reset)),
                      std::system_error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
