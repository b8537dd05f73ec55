#include "gnet/protocol/output_queue.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <random>
#include <string>

#include "gnet/base/block_pool.h"

BOOST_AUTO_TEST_SUITE(output_queue)

using gnet::BlockPool;
using gnet::detail::OutputQueue;

namespace {

constexpr std::size_t kChunk = 1024;

// Everything in the queue, as a system call would see it.
std::string contents(const OutputQueue& queue) {
  std::array<iovec, 1000> parts;
  std::string text;
  const std::size_t count = queue.describe(parts.data(), parts.size());
  for (std::size_t i = 0; i < count; ++i) {
    text.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(begins_empty_and_takes_nothing_for_nothing) {
  BlockPool pool(kChunk, 4);
  OutputQueue queue(pool);
  BOOST_TEST(queue.empty());
  queue.append("");
  BOOST_TEST(queue.empty());
  BOOST_TEST(contents(queue) == "");
}

BOOST_AUTO_TEST_CASE(keeps_bytes_in_order_over_many_chunks) {
  BlockPool pool(kChunk, 4);
  OutputQueue queue(pool);
  std::string expected;
  std::minstd_rand random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::string piece(random() % 1000, static_cast<char>('a' + i % 26));
    queue.append(piece);
    expected += piece;
    const std::size_t count = random() % (expected.size() + 1) / 2;
    queue.consume(count);
    expected.erase(0, count);
    BOOST_REQUIRE(queue.size() == expected.size());
    if (i % 50 == 0) BOOST_REQUIRE(contents(queue) == expected);
  }
  queue.consume(expected.size());
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(describes_its_beginning_in_as_many_parts_as_there_is_room) {
  BlockPool pool(kChunk, 4);
  OutputQueue queue(pool);
  queue.append(std::string(5 * kChunk, 'x'));
  BOOST_TEST(!queue.single());
  std::array<iovec, 2> parts;
  BOOST_TEST(queue.describe(parts.data(), parts.size()) == 2U);
  BOOST_TEST(parts[0].iov_base == queue.front().data());
  queue.clear();
  queue.append("x");
  BOOST_TEST(queue.single());
  BOOST_TEST(queue.front() == "x");
}

BOOST_AUTO_TEST_SUITE_END()
