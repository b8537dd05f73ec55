#include "gnet/sync/grant_queue.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(grant_queue)

using namespace std::chrono_literals;
using gnet::Granted;
using gnet::GrantQueue;

namespace {

constexpr gnet::detail::WaitKind kTest{"a test"};

// A fiber that waits, and what became of it.
struct Client {
  Client(GrantQueue& queue, gnet::Deadline deadline = gnet::Deadline::never())
      : fiber(gnet::spawn([this, &queue, deadline] {
          return queue.wait(kTest, nullptr, deadline, [this] { ++given_back; });
        })) {}

  int given_back = 0;
  gnet::Fiber<Granted> fiber;
};

}  // namespace

BOOST_AUTO_TEST_CASE(grants_go_to_whoever_has_waited_longest) {
  GrantQueue queue;
  BOOST_TEST(!queue.grant_one());
  Client first(queue);
  Client second(queue);
  gnet::yield();
  BOOST_TEST(queue.waiting() == 2U);
  BOOST_TEST(queue.grant_one());
  BOOST_TEST(queue.waiting() == 1U);
  BOOST_TEST(queue.granted() == 1U);  // it has not run yet
  BOOST_TEST(!first.fiber.ready());
  gnet::yield();
  BOOST_TEST(queue.granted() == 0U);
  BOOST_TEST((first.fiber.get() == Granted::yes));
  BOOST_TEST(!second.fiber.ready());
  BOOST_TEST(queue.grant_one());
  BOOST_TEST((second.fiber.get() == Granted::yes));
  BOOST_TEST(first.given_back + second.given_back == 0);
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_its_deadline_and_leaves_the_queue) {
  GrantQueue queue;
  Client client(queue, 2ms);
  BOOST_TEST((client.fiber.get() == Granted::deadline_passed));
  BOOST_TEST(queue.waiting() == 0U);
  BOOST_TEST(!queue.grant_one());
}

BOOST_AUTO_TEST_CASE(a_grant_that_comes_with_the_deadline_counts) {
  GrantQueue queue;
  Client client(queue, 1ms);
  gnet::yield();
  const auto end = gnet::Clock::now() + 3ms;
  while (gnet::Clock::now() < end) {
  }
  BOOST_TEST(queue.grant_one());
  BOOST_TEST((client.fiber.get() == Granted::yes));
}

BOOST_AUTO_TEST_CASE(one_that_is_killed_after_its_grant_gives_it_back) {
  GrantQueue queue;
  Client client(queue);
  gnet::yield();
  queue.grant_one();
  client.fiber.kill();
  BOOST_TEST(client.fiber.was_killed());
  BOOST_TEST(client.given_back == 1);
  BOOST_TEST(queue.granted() == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_is_killed_before_gives_nothing_back) {
  GrantQueue queue;
  Client client(queue);
  gnet::yield();
  client.fiber.kill();
  BOOST_TEST(client.given_back == 0);
  BOOST_TEST(queue.waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(those_dismissed_are_woken_without_a_grant) {
  GrantQueue queue;
  Client granted(queue);
  Client dismissed(queue);
  gnet::yield();
  queue.grant_one();
  queue.dismiss();
  BOOST_TEST((granted.fiber.get() == Granted::yes));
  BOOST_TEST((dismissed.fiber.get() == Granted::dismissed));
  BOOST_TEST(granted.given_back + dismissed.given_back == 0);
}

BOOST_AUTO_TEST_CASE(what_is_revoked_was_never_granted) {
  GrantQueue queue;
  Client client(queue);
  Client interrupted(queue);
  gnet::yield();
  queue.grant_one();
  queue.grant_one();
  queue.revoke();
  BOOST_TEST(queue.granted() == 0U);
  interrupted.fiber.kill();
  BOOST_TEST((client.fiber.get() == Granted::dismissed));
  BOOST_TEST(client.given_back + interrupted.given_back == 0);
}

BOOST_AUTO_TEST_CASE(destroying_it_tells_those_that_wait_and_those_granted_something) {
  auto queue = std::make_unique<GrantQueue>();
  Client granted(*queue);
  Client waiting(*queue);
  gnet::yield();
  queue->grant_one();
  queue.reset();
  BOOST_CHECK_THROW(granted.fiber.get(), gnet::Misuse);
  BOOST_CHECK_THROW(waiting.fiber.get(), gnet::Misuse);
  BOOST_TEST(granted.given_back + waiting.given_back == 0);
}

BOOST_AUTO_TEST_SUITE_END()
