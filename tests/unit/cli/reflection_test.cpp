#include "cli/server/reflection.h"

#include <asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(reflection)

namespace {

bool answers(const char* address, int port) {
  const gnet::SocketAddress peer(asio::ip::make_address(address), static_cast<std::uint16_t>(port));
  return cli::answers_back(peer, {6011, 6012});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_servers_own_ports_answer_its_answers) {
  for (const char* own : {"127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"}) {
    BOOST_TEST(answers(own, 6011));
    BOOST_TEST(answers(own, 6012));
    BOOST_TEST(!answers(own, 6013));
  }
  BOOST_TEST(!answers("192.0.2.1", 6011));
}

BOOST_AUTO_TEST_CASE(the_small_services_do_wherever_they_are) {
  for (const int port : {7, 13, 17, 19, 37}) BOOST_TEST(answers("192.0.2.1", port));
  BOOST_TEST(!answers("192.0.2.1", 53));
}

BOOST_AUTO_TEST_CASE(nothing_is_said_of_unix_sockets) {
  BOOST_TEST(!cli::answers_back(gnet::SocketAddress::unix_path("/run/x"), {}));
}

BOOST_AUTO_TEST_SUITE_END()
