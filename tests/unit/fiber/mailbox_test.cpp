#include "gnet/fiber/mailbox.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(mailbox)

using namespace test;
using gnet::Hub;

BOOST_AUTO_TEST_CASE(what_is_posted_runs_on_the_hub) {
  const auto mailbox = Hub::current().mailbox();
  std::thread::id where;
  gnet::Event arrived;
  const Hub::KeepAlive working(Hub::current());
  std::thread thread([&] {
    mailbox->post([&] {
      where = std::this_thread::get_id();
      arrived.set();
    });
  });
  arrived.wait();
  thread.join();
  BOOST_TEST((where == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(what_one_thread_posts_arrives_in_order) {
  const auto mailbox = Hub::current().mailbox();
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) mailbox->post([&order, i] { order.push_back(i); });
  gnet::wait();
  BOOST_REQUIRE(order.size() == 100U);
  for (int i = 0; i < 100; ++i) BOOST_TEST(order[static_cast<std::size_t>(i)] == i);
}

BOOST_AUTO_TEST_CASE(posting_never_runs_anything_by_itself) {
  bool ran = false;
  BOOST_TEST(Hub::current().mailbox()->post([&] { ran = true; }));
  BOOST_TEST(!ran);
  gnet::wait();
  BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(a_callback_may_post_again) {
  const auto mailbox = Hub::current().mailbox();
  int runs = 0;
  std::function<void()> again = [&] {
    if (++runs < 5) mailbox->post(again);
  };
  mailbox->post(again);
  gnet::wait();
  BOOST_TEST(runs == 5);
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_is_reported) {
  Reports reports;
  Hub::current().post([] { throw Oops(1); });
  gnet::wait();
  BOOST_TEST(reports.all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(after_the_end_of_the_hub_posting_is_refused) {
  std::shared_ptr<gnet::Mailbox> mailbox;
  on_thread([&] { mailbox = Hub::current().mailbox(); });
  int destroyed = 0;
  bool ran = false;
  BOOST_TEST(!mailbox->post([&ran, s = Sentinel(destroyed)] { ran = true; }));
  BOOST_TEST(destroyed == 1);
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(posting_while_the_hub_ends_loses_no_callback_silently) {
  // Each callback runs, or is destroyed: never neither.
  for (int round = 0; round < 30; ++round) {
    std::atomic<int> destroyed{0};
    struct Counted {
      explicit Counted(std::atomic<int>& n) : count(&n) {}
      Counted(Counted&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
      Counted& operator=(Counted&&) = delete;
      ~Counted() {
        if (count != nullptr) ++*count;
      }
      std::atomic<int>* count;
    };
    std::atomic<bool> ready{false};
    std::shared_ptr<gnet::Mailbox> mailbox;
    std::thread owner([&] {
      mailbox = Hub::current().mailbox();
      ready = true;
      gnet::sleep(200us);
    });
    while (!ready) std::this_thread::yield();
    constexpr int kPosts = 500;
    for (int i = 0; i < kPosts; ++i) mailbox->post([c = Counted(destroyed)] {});
    owner.join();
    mailbox.reset();
    BOOST_TEST(destroyed == kPosts);
  }
}

BOOST_AUTO_TEST_SUITE_END()
