#include "gnet/io/datagram.h"

#include <unistd.h>

#include <asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <system_error>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"

BOOST_AUTO_TEST_SUITE(datagram)

using namespace gnet;
using namespace std::chrono_literals;

namespace {

const auto kAnyPort = Endpoint::parse("udp-l://127.0.0.1:0");

}  // namespace

BOOST_AUTO_TEST_CASE(a_datagram_arrives_whole_and_tells_its_sender) {
  auto server = DatagramSocket::bind(kAnyPort);
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("one");
  client.send("two!");
  char text[16];
  SocketAddress peer;
  BOOST_TEST(server.receive(text, sizeof text, peer).value() == 3u);
  BOOST_TEST(server.receive(text, sizeof text, peer).value() == 4u);
  server.send("back", peer);
  BOOST_TEST(client.receive(text, sizeof text).value() == 4u);
  BOOST_TEST(std::string(text, 4) == "back");
}

BOOST_AUTO_TEST_CASE(an_answer_leaves_from_the_address_that_was_asked) {
  for (const char* all : {"udp-l://*:0", "udp4-l://*:0"}) {
    auto server = DatagramSocket::bind(Endpoint::parse(all));
    const auto other =
        Endpoint::parse("udp://127.0.0.2:0").with_port(server.local_endpoint().port());
    // Connected, it takes datagrams from nowhere else.
    auto client = DatagramSocket::connect(other);
    for (const char* question : {"one", "two"}) {
      client.send(question);
      char text[16];
      SocketAddress peer;
      BOOST_TEST(server.receive(text, sizeof text, peer, Deadline(5s)).value() == 3U);
      const SocketAddress copy = peer;
      BOOST_TEST((copy == SocketAddress(*peer.ip(), peer.port()) || peer.family() == AF_INET6));
      server.send(question, copy);
      BOOST_TEST(client.receive(text, sizeof text, Deadline(5s)).value_or(0) == 3U);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_address_that_has_gone_costs_no_answer) {
  auto server = DatagramSocket::bind(Endpoint::parse("udp4-l://*:0"));
  auto client = DatagramSocket::bind(kAnyPort);
  client.send("one",
              SocketAddress(asio::ip::make_address("127.0.0.1"), server.local_endpoint().port()));
  char text[16];
  SocketAddress peer;
  BOOST_TEST(server.receive(text, sizeof text, peer, Deadline(5s)).value() == 3U);
  BOOST_REQUIRE(peer.packet_info() != nullptr);
  std::string gone = *peer.packet_info();
  gone.replace(4, 4, "\xc0\x00\x02\x01", 4);  // 192.0.2.1, of nobody
  peer.packet_info(std::make_shared<const std::string>(gone));
  server.send("back", peer);
  BOOST_TEST(client.receive(text, sizeof text, Deadline(5s)).value_or(0) == 4U);
}

BOOST_AUTO_TEST_CASE(an_empty_datagram_is_a_datagram) {
  auto server = DatagramSocket::bind(kAnyPort);
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("");
  char text[16];
  SocketAddress peer;
  BOOST_TEST(server.receive(text, sizeof text, peer).value() == 0u);
}

BOOST_AUTO_TEST_CASE(the_size_of_a_cut_datagram_is_its_full_size) {
  auto server = DatagramSocket::bind(kAnyPort);
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("0123456789");
  char text[4];
  BOOST_TEST(server.receive(text, sizeof text).value() == 10u);
}

BOOST_AUTO_TEST_CASE(receiving_ends_at_the_deadline) {
  auto server = DatagramSocket::bind(kAnyPort);
  char text[4];
  BOOST_TEST(!server.receive(text, sizeof text, Deadline(5ms)).has_value());
}

BOOST_AUTO_TEST_CASE(a_kill_costs_no_datagram) {
  auto server = DatagramSocket::bind(kAnyPort);
  auto client = DatagramSocket::connect(server.local_endpoint());
  for (int i = 0; i < 100; ++i) client.send("x");
  int received = 0;
  char byte = 0;
  // Now and then it lets others run although more is there.
  for (bool all = false; !all;) {
    auto receiver = spawn([&] {
      while (received < 100 && server.receive(&byte, 1, Deadline(20s))) ++received;
    });
    yield();
    all = receiver.dead();
    receiver.kill();
  }
  BOOST_TEST(received == 100);
}

BOOST_AUTO_TEST_CASE(use_after_close_is_an_error) {
  auto socket = DatagramSocket::bind(kAnyPort);
  const SocketAddress peer(asio::ip::address_v4::loopback(), 9);
  socket.close();
  const auto is_closed = [](const std::system_error& error) {
    return error.code() == std::errc::bad_file_descriptor;
  };
  char byte = 0;
  BOOST_CHECK_EXCEPTION(static_cast<void>(socket.receive(&byte, 1)), std::system_error, is_closed);
  BOOST_CHECK_EXCEPTION(socket.send("x", peer), std::system_error, is_closed);
}

BOOST_AUTO_TEST_CASE(a_datagram_that_is_too_large_is_refused) {
  auto server = DatagramSocket::bind(kAnyPort);
  auto client = DatagramSocket::connect(server.local_endpoint());
  try {
    client.send(std::string(70'000, 'x'));
    BOOST_ERROR("sent");
  } catch (const std::system_error& error) {
    BOOST_TEST((error.code() == std::errc::message_size));
  }
}

BOOST_AUTO_TEST_CASE(a_unix_datagram_client_can_be_answered) {
  const auto name =
      Endpoint::unix_path("@gnet-test-dgram-" + std::to_string(getpid()), Transport::unix_datagram);
  auto server = DatagramSocket::bind(name);
  auto client = DatagramSocket::connect(name);
  client.send("ping");
  char text[16];
  SocketAddress peer;
  BOOST_TEST(server.receive(text, sizeof text, peer).value() == 4u);
  server.send("pong", peer);
  BOOST_TEST(client.receive(text, sizeof text).value() == 4u);
}

BOOST_AUTO_TEST_CASE(kill_and_timeout_leave_the_socket_usable) {
  auto server = DatagramSocket::bind(kAnyPort);
  char text[16];
  auto reader = spawn([&] { static_cast<void>(server.receive(text, sizeof text)); });
  yield();
  reader.kill();
  {
    Timeout limit(5ms);
    BOOST_CHECK_THROW(static_cast<void>(server.receive(text, sizeof text)), Timeout);
  }
  auto client = DatagramSocket::connect(server.local_endpoint());
  client.send("ok");
  BOOST_TEST(server.receive(text, sizeof text).value() == 2u);
}

BOOST_AUTO_TEST_CASE(the_longest_datagrams_of_both_protocols_go_and_longer_ones_do_not) {
  BOOST_TEST(max_udp_payload("udp://localhost:9") == kMaxUDPPayload);
  for (const char* name : {"udp-l://127.0.0.1:0", "udp-l://[::1]:0"}) {
    auto server = DatagramSocket::bind(Endpoint(name));
    auto client = DatagramSocket::connect(server.local_endpoint());
    const std::size_t longest = max_udp_payload(server.local_endpoint());
    std::string text(longest, 'x');
    client.send(text);
    BOOST_TEST(server.receive(text.data(), text.size(), 20s).value() == longest);
    text += 'x';
    BOOST_CHECK_EXCEPTION(client.send(text), std::system_error, [](const std::system_error& error) {
      return error.code() == std::errc::message_size;
    });
  }
}

BOOST_AUTO_TEST_CASE(what_another_has_put_in_its_place_stays) {
  const std::string path = "/tmp/gnet-datagram-test-" + std::to_string(getpid());
  const auto endpoint = Endpoint::unix_path(path, Transport::unix_datagram).with_listen();
  auto first = DatagramSocket::bind(endpoint);
  unlink(path.c_str());
  auto second = DatagramSocket::bind(endpoint);
  first.close();
  BOOST_TEST(access(path.c_str(), F_OK) == 0);
  second.close();
  BOOST_TEST(access(path.c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(the_path_of_a_client_is_answered_and_goes_with_it) {
  const std::string path = "/tmp/gnet-datagram-test-" + std::to_string(getpid());
  const auto endpoint = Endpoint::unix_path(path, Transport::unix_datagram);
  const auto own = Endpoint::unix_path(path + "-client", Transport::unix_datagram);
  auto server = DatagramSocket::bind(endpoint.with_listen());
  {
    auto client = DatagramSocket::connect(endpoint, 20s, own);
    client.send("one");
    char text[16];
    SocketAddress peer;
    BOOST_TEST(server.receive(text, sizeof text, peer, 20s).value() == 3u);
    BOOST_TEST(peer.path() == own.path());
    server.send("two", peer);
    BOOST_TEST(client.receive(text, sizeof text, 20s).value() == 3u);
  }
  BOOST_TEST(access(own.path().c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_SUITE_END()
