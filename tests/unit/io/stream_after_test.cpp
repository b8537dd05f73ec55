#include "gnet/io/stream_after.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "gnet/io/stream.h"

BOOST_AUTO_TEST_SUITE(stream_after)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(what_was_received_comes_first) {
  auto [here, there] = gnet::Stream::make_pair();
  there.send_all("world");
  gnet::AnyStream stream = gnet::StreamAfter(std::move(here), "hello ");
  BOOST_TEST(stream.as<gnet::Stream>() == nullptr);
  BOOST_TEST(stream.wait_readable(0s));
  char buffer[5];
  BOOST_TEST(std::string_view(buffer, stream.receive(buffer, 5)) == "hello");
  BOOST_TEST(std::string_view(buffer, stream.receive(buffer, 5)) == " ");
  BOOST_TEST((stream.as<gnet::Stream>() != nullptr));
  BOOST_TEST(std::string_view(buffer, stream.receive(buffer, 5)) == "world");
  BOOST_TEST(!stream.wait_readable(0s));
}

BOOST_AUTO_TEST_CASE(what_is_sent_goes_straight_through) {
  auto [here, there] = gnet::Stream::make_pair();
  gnet::AnyStream stream = gnet::StreamAfter(std::move(here), "x");
  stream.send_all("answer");
  stream.shutdown_send();
  char buffer[10];
  BOOST_TEST(std::string_view(buffer, there.receive(buffer, 10)) == "answer");
  BOOST_TEST(there.receive(buffer, 10) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
