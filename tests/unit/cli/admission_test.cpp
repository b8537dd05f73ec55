#include "cli/server/admission.h"

#include <boost/test/unit_test.hpp>

#include <asio/ip/address.hpp>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <memory>
#include <thread>

#include "cli/server/server_options.h"
#include "cli/server/session_settings.h"
#include "gnet/io/address.h"
#include "gnet/io/endpoint.h"

BOOST_AUTO_TEST_SUITE(admission)

using cli::Admission;

namespace {

cli::ServerOptions with_limit(std::uint64_t most) {
  cli::ServerOptions options;
  options.max_per_ip.number = most;
  options.access_log = "off";
  return options;
}

struct Door {
  explicit Door(std::uint64_t most) : options(with_limit(most)) {}

  const cli::ServerOptions options;
  cli::CurrentSettings settings{std::make_unique<const cli::SessionSettings>(options)};
  Admission admission{options, settings};
  const gnet::Endpoint here = gnet::Endpoint::parse("tcp://127.0.0.1:80");
};

gnet::SocketAddress client(const char* address, std::uint16_t port) {
  return {asio::ip::make_address(address), port};
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_address_has_so_many_connections_at_a_time) {
  Door door(2);
  const auto enter = [&](const char* address, std::uint16_t port) {
    return door.admission.enter(client(address, port), door.here);
  };
  auto first = enter("192.0.2.1", 1);
  const auto second = enter("192.0.2.1", 2);
  BOOST_TEST(static_cast<bool>(first));
  BOOST_TEST(static_cast<bool>(second));
  BOOST_TEST(!enter("192.0.2.1", 3));
  BOOST_TEST(static_cast<bool>(enter("192.0.2.2", 3)));
  first.reset();
  BOOST_TEST(static_cast<bool>(enter("192.0.2.1", 3)));
}

// Who looks first and counts later lets both in, sooner or later.
BOOST_AUTO_TEST_CASE(of_two_that_come_at_once_one_is_admitted) {
  constexpr int kRounds = 10'000;
  Door door(1);
  const gnet::SocketAddress same = client("192.0.2.1", 1);
  std::barrier together(2);
  std::atomic<int> admitted = 0;
  int wrong = 0;
  const auto come = [&](bool counts) {
    for (int round = 0; round < kRounds; ++round) {
      together.arrive_and_wait();
      auto place = door.admission.enter(same, door.here);
      if (place) ++admitted;
      together.arrive_and_wait();
      place.reset();
      if (!counts) continue;
      if (admitted != 1) ++wrong;
      admitted = 0;
    }
  };
  std::thread other([&] { come(false); });
  come(true);
  other.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
