#include "cli/control/event_feed.h"

#include <boost/test/unit_test.hpp>

#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(event_feed)

namespace {

using namespace std::chrono_literals;

void tell(const char* name, int number = 0) {
  cli::tell_event(cli::event(name).add("number", number), false);
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_is_wanted_while_somebody_follows) {
  BOOST_TEST(!cli::event_is_wanted(false));
  BOOST_TEST(cli::event_is_wanted(true));
  {
    const cli::EventFeed feed("");
    BOOST_TEST(cli::event_is_wanted(false));
  }
  BOOST_TEST(!cli::event_is_wanted(false));
}

BOOST_AUTO_TEST_CASE(each_feed_gets_what_its_filter_names) {
  cli::EventFeed all("");
  cli::EventFeed some("acc*,drain");
  tell("accept");
  tell("close");
  tell("drain");
  for (const char* name : {"accept", "close", "drain"}) {
    const auto line = all.next(0s);
    BOOST_REQUIRE(line);
    BOOST_TEST(line->find("\"event\":\"" + std::string(name) + "\"") != std::string::npos);
  }
  BOOST_TEST(!all.next(0s).has_value());
  BOOST_TEST(some.next(0s)->find("accept") != std::string::npos);
  BOOST_TEST(some.next(0s)->find("drain") != std::string::npos);
  BOOST_TEST(!some.next(0s).has_value());
}

BOOST_AUTO_TEST_CASE(it_waits_for_the_next_event) {
  cli::EventFeed feed("");
  auto reader = gnet::spawn([&] { return feed.next(10s); });
  auto teller = gnet::spawn([] { tell("accept", 7); });
  BOOST_TEST(reader.get()->find("\"number\":7") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_read_is_dropped_and_counted) {
  cli::EventFeed feed("");
  for (int number = 0; number < 600; ++number) tell("accept", number);
  BOOST_TEST(feed.take_dropped() == 600U - 512U);
  BOOST_TEST(feed.take_dropped() == 0U);
  BOOST_TEST(feed.next(0s)->find("\"number\":0}") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
