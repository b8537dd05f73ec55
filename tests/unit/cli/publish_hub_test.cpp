#include "commands/publish_hub.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/hub.h"
#include "gnet/sync/group.h"

using commands::PublishHub;
using namespace std::chrono_literals;

namespace {

// "2:b 3:c", in at most so long.
std::string news(PublishHub& hub, std::optional<std::uint64_t> since, gnet::TimeSpan limit) {
  gnet::AsyncResult<void> woken;
  std::string text;
  for (const auto& message : hub.wait_for(since, gnet::Deadline(limit), woken)) {
    text += (text.empty() ? "" : " ") + std::to_string(message.id) + ":" + message.body;
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(publish_hub)

BOOST_AUTO_TEST_CASE(whoever_says_what_he_has_seen_gets_the_rest_at_once) {
  PublishHub hub;
  for (const char* body : {"a", "b", "c"}) hub.publish(body);
  BOOST_TEST(hub.last() == 3U);
  BOOST_TEST(news(hub, 0, 10s) == "1:a 2:b 3:c");
  BOOST_TEST(news(hub, 2, 10s) == "3:c");
  BOOST_TEST(news(hub, 3, 1ms) == "");
  BOOST_TEST(news(hub, {}, 1ms) == "");
  BOOST_TEST(news(hub, 1000, 10s) == "1:a 2:b 3:c");  // of a server that was here before
}

BOOST_AUTO_TEST_CASE(all_who_wait_get_the_next_one) {
  PublishHub hub;
  hub.publish("old");
  gnet::Group group;
  int told = 0;
  for (int i = 0; i < 3; ++i) {
    group.spawn([&, i] {
      const auto since = i == 0 ? std::optional<std::uint64_t>(1) : std::nullopt;
      if (news(hub, since, 10s) == "2:new") ++told;
    });
  }
  gnet::yield();
  const auto [id, readers] = hub.publish("new");
  BOOST_TEST(id == 2U);
  BOOST_TEST(readers == 3U);
  group.join();
  BOOST_TEST(told == 3);
  BOOST_TEST(hub.publish("later").readers == 0U);
}

BOOST_AUTO_TEST_CASE(who_waits_may_be_on_another_thread) {
  PublishHub hub;
  std::string told;
  std::thread other([&] { told = news(hub, 0, 10s); });
  while (hub.last() == 0) hub.publish("hello");
  other.join();
  BOOST_TEST(told == "1:hello");
  std::thread waiting([&] { told = news(hub, {}, 10s); });
  while (hub.publish("x").readers == 0) std::this_thread::yield();
  waiting.join();
  BOOST_TEST(told.find(":x") != told.npos);
}

BOOST_AUTO_TEST_CASE(a_fiber_that_is_killed_waits_no_more) {
  PublishHub hub;
  auto fiber = gnet::spawn([&] { static_cast<void>(news(hub, {}, 10s)); });
  gnet::yield();
  fiber.kill();
  BOOST_TEST(hub.publish("x").readers == 0U);
}

BOOST_AUTO_TEST_CASE(who_is_woken_by_somebody_else_gets_nothing) {
  PublishHub hub;
  gnet::AsyncResult<void> woken;
  auto fiber = gnet::spawn([&] { return hub.wait_for({}, gnet::Deadline(10s), woken).empty(); });
  gnet::yield();
  woken.set();
  BOOST_TEST(fiber.get());
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_bounded) {
  PublishHub few(2, 100);
  for (const char* body : {"a", "b", "c"}) few.publish(body);
  BOOST_TEST(news(few, 0, 10s) == "2:b 3:c");
  PublishHub small(100, 3);
  for (const char* body : {"aa", "bb", "ccccc"}) small.publish(body);
  BOOST_TEST(news(small, 0, 10s) == "3:ccccc");
}

BOOST_AUTO_TEST_SUITE_END()
