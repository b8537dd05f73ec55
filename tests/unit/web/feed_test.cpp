#include "gnet/web/feed.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/os/thread_pool.h"

BOOST_AUTO_TEST_SUITE(feed)

using namespace std::chrono_literals;
using gnet::web::Feed;

namespace {

std::string texts(const std::vector<Feed::Message>& messages) {
  std::string all;
  for (const auto& message : messages) {
    all += std::to_string(message.number) + message.text + " ";
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(messages_after_a_number_are_there_at_once) {
  Feed feed(3);
  BOOST_TEST(feed.last() == 0U);
  for (const char* text : {"a", "b", "c", "d"}) feed.publish(text);
  BOOST_TEST(feed.last() == 4U);
  BOOST_TEST(texts(feed.wait(0, 0s)) == "2b 3c 4d ");
  BOOST_TEST(texts(feed.wait(3, 0s)) == "4d ");
  BOOST_TEST(texts(feed.wait(4, 1ms)) == "");
  BOOST_TEST(texts(feed.wait(99, 0s)) == "2b 3c 4d ");  // of another life of the server
}

BOOST_AUTO_TEST_CASE(who_waits_gets_the_next_one) {
  Feed feed;
  std::vector<gnet::Fiber<std::string>> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(gnet::spawn([&] { return texts(feed.wait(0, 20s)); }));
  }
  gnet::yield();
  feed.publish("x");
  for (auto& fiber : waiting) BOOST_TEST(fiber.get() == "1x ");
}

BOOST_AUTO_TEST_CASE(who_is_interrupted_is_waited_for_by_nobody) {
  Feed feed;
  BOOST_TEST(!gnet::Timeout(1ms, gnet::silent).run([&] { (void)feed.wait(0, 20s); }));
  feed.publish("x");
  BOOST_TEST(texts(feed.wait(0, 0s)) == "1x ");
}

BOOST_AUTO_TEST_CASE(it_works_across_threads) {
  Feed feed;
  constexpr std::uint64_t kMessages = 2000;
  std::vector<std::thread> threads;
  std::vector<std::uint64_t> sums(3);
  for (std::uint64_t& sum : sums) {
    threads.emplace_back([&feed, &sum] {
      std::uint64_t seen = 0;
      while (seen < kMessages) {
        for (const auto& message : feed.wait(seen, 20s)) {
          sum += message.number == seen + 1 ? 1 : 0;
          seen = message.number;
        }
      }
    });
  }
  for (std::uint64_t i = 0; i < kMessages; ++i) {
    feed.publish("m");
    if (i % 16 == 0) std::this_thread::yield();
  }
  for (auto& thread : threads) thread.join();
  // All are kept, 1,000 of them at any time: who was late may have missed some, but none twice.
  for (const std::uint64_t sum : sums) BOOST_TEST((sum > 0U && sum <= kMessages));
}

BOOST_AUTO_TEST_SUITE_END()
