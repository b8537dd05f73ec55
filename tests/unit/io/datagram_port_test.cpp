#include "gnet/protocol/datagram_port.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(datagram_port)

using namespace gnet;
using namespace std::chrono_literals;

namespace {

struct Port : DatagramPort {
  Port() : DatagramPort([this](std::string_view text) { problems.emplace_back(text); }) {
    open(DatagramSocket::bind("udp-l://127.0.0.1:0"));
  }
  [[nodiscard]] DatagramSocket client() const {
    return DatagramSocket::connect(socket().local_endpoint());
  }
  std::vector<std::string> problems;
};

}  // namespace

BOOST_AUTO_TEST_CASE(receives_and_answers) {
  Port port;
  auto client = port.client();
  client.send("ooxx");
  SocketAddress peer;
  BOOST_TEST(port.receive(100, peer).value() == "ooxx");
  BOOST_TEST(port.send("xxoo", peer));
  char text[10];
  BOOST_TEST(client.receive(text, sizeof text, 20s).value() == 4u);
  BOOST_TEST(port.counters().received_bytes == 4u);
  BOOST_TEST(port.counters().sent == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_not_received) {
  Port port;
  auto client = port.client();
  client.send("12345");
  client.send("1234");
  SocketAddress peer;
  BOOST_TEST(port.receive(4, peer).value() == "1234");
  BOOST_TEST(port.counters().truncated == 1u);
  client.send("12345");
  BOOST_TEST(port.receive(5, peer).value() == "12345");  // the limit may change
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_is_counted) {
  const auto nobody = SocketAddress::unix_path("/nonexistent/socket");
  DatagramPort unix_port([](std::string_view) {});
  unix_port.open(DatagramSocket::bind(
      Endpoint::unix_path("@gnet-port-" + std::to_string(getpid()), Transport::unix_datagram)
          .with_listen()));
  BOOST_TEST(!unix_port.send("ooxx", nobody));
  BOOST_TEST(!unix_port.send("ooxx", nobody));
  BOOST_TEST(unix_port.counters().unsent == 2u);
  BOOST_TEST(unix_port.counters().sent == 0u);
}

BOOST_AUTO_TEST_CASE(closed_there_is_nothing_to_receive_nor_to_send) {
  Port port;
  SocketAddress peer;
  auto reader = spawn([&] { return port.receive(100, peer).has_value(); });
  yield();
  port.close();
  BOOST_TEST(!reader.get());
  BOOST_TEST(!port.receive(100, peer).has_value());
  BOOST_TEST(!port.send("x", peer));
  BOOST_TEST(port.problems.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_cannot_be_reached_is_no_problem_of_ours) {
  DatagramPort port([](std::string_view) { BOOST_ERROR("a problem"); });
  const std::string name = "@gnet-datagram-port-" + std::to_string(getpid());
  port.open(DatagramSocket::bind(Endpoint::parse(name, Transport::udp)));
  const SocketAddress nobody = SocketAddress::unix_path(name + "-nobody");
  BOOST_TEST(!port.send("x", nobody));
  BOOST_TEST(port.counters().errors == 2u);
  BOOST_TEST(port.counters().sent == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
