#include "gnet/io/stream_layer.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

#include "gnet/io/any_stream.h"
#include "gnet/io/stream.h"

BOOST_AUTO_TEST_SUITE(stream_layer)

using gnet::Deadline;
using gnet::Stream;
using gnet::StreamLayer;

namespace {

// Takes three bytes at a time, and counts.
class Short final : public StreamLayer {
 public:
  using StreamLayer::StreamLayer;
  std::size_t send_some(std::string_view data, Deadline deadline) override {
    ++sends;
    return below().send_some(data.substr(0, 3), deadline);
  }
  int sends = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_a_layer_does_not_do_itself_the_stream_below_does) {
  auto [outer, inner] = Stream::make_pair();
  Short layer(outer);
  layer.send_all("12345678");
  BOOST_TEST(layer.sends == 3);
  char buffer[16];
  BOOST_TEST(inner.receive(buffer, sizeof buffer) == 8U);
  inner.send_all("back");
  BOOST_TEST(layer.wait_readable());
  BOOST_TEST(layer.receive(buffer, sizeof buffer) == 4U);
  BOOST_TEST(layer.lowest_socket() == outer.lowest_socket());
  layer.shutdown_send();
  BOOST_TEST(inner.receive(buffer, sizeof buffer) == 0U);
  BOOST_TEST(layer.is_open());
  layer.close();
  BOOST_TEST(!outer.is_open());
}

BOOST_AUTO_TEST_CASE(nobody_goes_around_a_layer) {
  auto [outer, inner] = Stream::make_pair();
  Short layer(outer);
  BOOST_TEST(&layer.concrete() == &layer);
}

BOOST_AUTO_TEST_SUITE_END()
