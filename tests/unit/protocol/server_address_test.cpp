#include "gnet/protocol/server_address.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "gnet/base/error.h"

BOOST_AUTO_TEST_SUITE(server_address)

using namespace gnet;
using StreamAddress = ServerAddress<Listener>;
using DatagramAddress = ServerAddress<DatagramSocket>;

namespace {

std::string url(const StreamAddress& address) {
  return address.endpoint().value().to_string();
}
std::string url(const DatagramAddress& address) {
  return address.endpoint().value().to_string();
}

template <typename Address, typename... Args>
std::string problem(Args... args) {
  try {
    const Address address(std::move(args)...);
    return "none";
  } catch (const BadEndpoint& error) {
    return error.what();
  } catch (const Misuse& error) {
    return error.what();
  }
}

UniqueFd new_socket(int type) {
  return UniqueFd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_form_of_an_address) {
  BOOST_TEST(url(StreamAddress("127.0.0.1", 5000)) == "tcp://127.0.0.1:5000");
  BOOST_TEST(url(StreamAddress("::1", 5000)) == "tcp://[::1]:5000");
  BOOST_TEST(url(StreamAddress("*", 5000)) == "tcp://*:5000");
  BOOST_TEST(url(StreamAddress("", 5000)) == "tcp://127.0.0.1:5000");
  BOOST_TEST(url(StreamAddress(5000)) == "tcp://127.0.0.1:5000");
  BOOST_TEST(url(StreamAddress("5000")) == "tcp://127.0.0.1:5000");
  BOOST_TEST(url(StreamAddress(":5000")) == "tcp://127.0.0.1:5000");
  BOOST_TEST(url(StreamAddress("*:5000")) == "tcp://*:5000");
  BOOST_TEST(url(StreamAddress("[::1]:5000")) == "tcp://[::1]:5000");
  BOOST_TEST(url(StreamAddress("localhost:5000")) == "tcp://localhost:5000");
  BOOST_TEST(url(StreamAddress(std::string("tls://*:443"))) == "tls://*:443");
  BOOST_TEST(url(StreamAddress("unix:///run/x.sock")) == "unix:///run/x.sock");
  BOOST_TEST(url(StreamAddress(Endpoint("@name"))) == "abstract://name");
}

BOOST_AUTO_TEST_CASE(short_forms_of_a_datagram_server_are_datagrams) {
  BOOST_TEST(url(DatagramAddress("127.0.0.1", 5000)) == "udp://127.0.0.1:5000");
  BOOST_TEST(url(DatagramAddress(5000)) == "udp://127.0.0.1:5000");
  BOOST_TEST(url(DatagramAddress("*:5000")) == "udp://*:5000");
  BOOST_TEST(url(DatagramAddress("udp-l://[::1]:5000")) == "udp://[::1]:5000");
  const DatagramAddress path("/run/x.sock");
  BOOST_TEST((path.endpoint()->transport() == Transport::unix_datagram));
}

BOOST_AUTO_TEST_CASE(bad_text_is_named) {
  BOOST_TEST(problem<StreamAddress>("nonsense") ==
             "bad endpoint 'nonsense': port is missing: write host:port, or ./name for a unix "
             "socket");
  BOOST_TEST(problem<StreamAddress>("host:99999") ==
             "bad endpoint 'host:99999': port must be 0-65535");
  BOOST_TEST(problem<StreamAddress>(70000) == "bad endpoint ':70000': port must be 0-65535");
  BOOST_TEST(problem<StreamAddress>("host", -1) == "bad endpoint 'host:-1': port must be 0-65535");
  BOOST_TEST(problem<StreamAddress>("") == "bad endpoint '': it is empty");
}

BOOST_AUTO_TEST_CASE(the_wrong_kind_is_named) {
  BOOST_TEST(problem<StreamAddress>("udp://127.0.0.1:53") ==
             "bad endpoint 'udp://127.0.0.1:53': a server of streams has no datagrams");
  BOOST_TEST(problem<DatagramAddress>("tcp://127.0.0.1:53") ==
             "bad endpoint 'tcp://127.0.0.1:53': a server of datagrams has no streams");
}

BOOST_AUTO_TEST_CASE(a_socket_is_given_once) {
  Listener listener("127.0.0.1:0");
  const auto port = listener.local_endpoint().port();
  StreamAddress address(std::move(listener));
  BOOST_TEST(!address.endpoint());
  BOOST_TEST(address.open({}).local_endpoint().port() == port);
  BOOST_CHECK_THROW(static_cast<void>(address.open({})), Misuse);
}

BOOST_AUTO_TEST_CASE(an_address_is_bound_as_often_as_wanted) {
  StreamAddress address("127.0.0.1:0");
  BOOST_TEST(address.open({}).local_endpoint().port() != 0);
  BOOST_TEST(address.open({}).local_endpoint().port() != 0);
}

BOOST_AUTO_TEST_CASE(a_descriptor_must_be_of_the_right_kind) {
  UniqueFd listening = new_socket(SOCK_STREAM);
  BOOST_TEST_REQUIRE(::listen(listening.get(), 5) == 0);
  StreamAddress address(std::move(listening));
  BOOST_TEST(address.open({}).is_open());

  BOOST_TEST(problem<StreamAddress>(new_socket(SOCK_STREAM)).ends_with("it does not listen"));
  BOOST_TEST(problem<StreamAddress>(new_socket(SOCK_DGRAM)).ends_with("it does not listen"));
  BOOST_TEST(
      problem<DatagramAddress>(new_socket(SOCK_STREAM)).ends_with("it is no datagram socket"));
  BOOST_TEST(problem<DatagramAddress>(new_socket(SOCK_DGRAM)) == "none");
  BOOST_CHECK_THROW(StreamAddress(UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC))),
                    std::system_error);
  BOOST_TEST(problem<StreamAddress>(Listener()) == "cannot serve a socket that is closed");
}

BOOST_AUTO_TEST_SUITE_END()
