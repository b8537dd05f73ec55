#include "gnet/io/stream.h"

#include <boost/test/unit_test.hpp>
#include <system_error>

#include "gnet/io/connect.h"
#include "gnet/io/listener.h"

BOOST_AUTO_TEST_SUITE(stream)

using namespace gnet;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 60s;

struct Connected {
  Connected() : near(listener.accept().fd) {}

  Listener listener{Endpoint::parse("tcp-l://127.0.0.1:0")};
  AnyStream far = connect(listener.local_endpoint());
  Stream near;
};

}  // namespace

BOOST_AUTO_TEST_CASE(to_wait_until_it_is_readable_takes_no_error_from_it) {
  for (const bool with_data : {false, true}) {
    Connected pair;
    pair.far.send_all("x");
    char byte = 0;
    BOOST_TEST(pair.near.receive(&byte, 1, kPatience) == 1U);  // there may be more
    if (with_data) pair.far.send_all("y");
    pair.far.abort();
    BOOST_TEST(pair.near.wait_readable(kPatience));
    if (with_data) {
      BOOST_TEST(pair.near.receive(&byte, 1, kPatience) == 1U);
      BOOST_TEST(pair.near.wait_readable(kPatience));
    }
    BOOST_CHECK_EXCEPTION(
        pair.near.receive(&byte, 1, kPatience), std::system_error,
        [](const auto& error) { return error.code() == std::errc::connection_reset; });
  }
}

BOOST_AUTO_TEST_CASE(after_a_read_that_filled_its_buffer_it_is_readable_only_if_there_is_more) {
  Connected pair;
  pair.far.send_all("xy");
  char byte = 0;
  BOOST_TEST(pair.near.receive(&byte, 1, kPatience) == 1U);
  BOOST_TEST(pair.near.wait_readable(kPatience));
  BOOST_TEST(pair.near.receive(&byte, 1, kPatience) == 1U);
  BOOST_TEST(!pair.near.wait_readable(1ms));
  pair.far.close();
  BOOST_TEST(pair.near.wait_readable(kPatience));
  BOOST_TEST(pair.near.receive(&byte, 1, kPatience) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
