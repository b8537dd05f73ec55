#include "gnet/sync/actor.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/event.h"
#include "tests/unit/child.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(actor)

using namespace test;
using boost::test_tools::per_element;
using Trace = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(it_deals_with_one_message_after_the_other) {
  Trace trace;
  gnet::Actor<std::string> actor([&](std::string message) {
    trace.push_back("begin " + message);
    gnet::yield();
    trace.push_back("end " + message);
  });
  actor.send("a");
  actor.send("b");
  BOOST_TEST(trace.empty());
  BOOST_TEST(actor.pending() == 2u);
  actor.stop();
  actor.join();
  BOOST_TEST(trace == (Trace{"begin a", "end a", "begin b", "end b"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_loop_of_its_own_receives) {
  int sum = 0;
  gnet::Actor<int> adder([&](gnet::Actor<int>& self) {
    while (auto number = self.receive()) sum += *number;
    sum += 1000;
  });
  adder.send(1);
  adder.send(2);
  adder.stop();
  BOOST_TEST(adder.join(1s));
  BOOST_TEST(sum == 1003);
}

struct Game {
  Trace trace;
  int left = 4;
  gnet::Actor<std::string> ping{[this](std::string message) {
    trace.push_back(message);
    if (--left == 0) return stop();
    pong.send("ping");
  }};
  gnet::Actor<std::string> pong{[this](std::string message) {
    trace.push_back(message);
    if (--left == 0) return stop();
    ping.send("pong");
  }};
  void stop() {
    ping.stop();
    pong.stop();
  }
};

BOOST_AUTO_TEST_CASE(two_play_ping_pong) {
  Game game;
  game.ping.send("start");
  game.ping.join();
  game.pong.join();
  BOOST_TEST(game.trace == (Trace{"start", "ping", "pong", "ping"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_full_mailbox_holds_senders_back) {
  gnet::Event go;
  gnet::Actor<int> actor([&](int) { go.wait(); }, {.mailbox = 1, .name = "slow"});
  BOOST_TEST(actor.fiber().name() == "slow");
  BOOST_TEST(actor.try_send(1));
  BOOST_TEST(!actor.try_send(2));
  BOOST_TEST(actor.send(2, 1s));
  BOOST_TEST(!actor.send(3, 2ms));
  auto sender = gnet::spawn([&] { actor.send(3); });
  go.set();
  sender.get();
  actor.stop();
  actor.join();
}

BOOST_AUTO_TEST_CASE(after_stop_nothing_can_be_sent) {
  gnet::Actor<int> actor([](int) {});
  actor.stop();
  BOOST_CHECK_THROW(actor.send(1), gnet::QueueClosed);
  BOOST_CHECK_THROW(static_cast<void>(actor.try_send(1)), gnet::QueueClosed);
  actor.join();
}

BOOST_AUTO_TEST_CASE(an_error_ends_it_and_tells_those_who_wait_to_send) {
  gnet::Actor<int> actor([](int) { throw Oops(3); }, {.mailbox = 1});
  actor.send(1);
  auto waiting = gnet::spawn([&] {
    actor.send(2);
    actor.send(3);
    actor.send(4);
  });
  actor.join();
  BOOST_CHECK_THROW(waiting.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(std::rethrow_exception(actor.fiber().exception()), Oops);
  BOOST_CHECK_THROW(actor.send(5), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(kill_drops_what_it_has_not_dealt_with) {
  int handled = 0;
  gnet::Actor<int> actor([&](int) {
    ++handled;
    gnet::sleep(30s);
  });
  actor.send(1);
  actor.send(2);
  gnet::yield();
  actor.kill();
  BOOST_TEST(handled == 1);
  BOOST_TEST(actor.pending() == 0u);
  gnet::Actor<int> unstarted([](int) {});
  unstarted.kill();
  BOOST_CHECK_THROW(unstarted.send(1), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(ask_waits_for_the_reply) {
  struct Question {
    int number;
    gnet::AsyncResult<int>::Setter reply;
  };
  gnet::Actor<Question> squares([](Question question) {
    if (question.number < 0) return;  // no reply
    question.reply.set(question.number * question.number);
  });
  auto ask = [&](int number) {
    return squares.ask<int>([number](gnet::AsyncResult<int>::Setter reply) {
      return Question{number, std::move(reply)};
    });
  };
  BOOST_TEST(ask(7) == 49);
  BOOST_CHECK_THROW(ask(-1), gnet::ResultAbandoned);
}

BOOST_AUTO_TEST_CASE(destroying_it_ends_it_first) {
  int destroyed = 0;
  {
    gnet::Actor<int> actor([&](int) {
      Sentinel here(destroyed);
      gnet::sleep(30s);
    });
    actor.send(1);
    gnet::yield();
  }
  BOOST_TEST(destroyed == 1);
}

BOOST_AUTO_TEST_CASE(only_the_actor_receives_its_mail) {
  gnet::Actor<int> actor([](int) {});
  BOOST_CHECK_THROW(static_cast<void>(actor.receive()), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(its_end_can_be_waited_for) {
  gnet::Actor<int> actor([](int) {});
  actor.stop();
  BOOST_TEST(gnet::wait_any(actor) == 0u);
  std::vector<gnet::AnyFiber*> fibers{&actor.fiber()};
  BOOST_TEST(gnet::joinall(fibers).size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_that_destroys_itself_is_told_so) {
  const auto death = death_of([] {
    std::unique_ptr<gnet::Actor<int>> actor;
    actor = std::make_unique<gnet::Actor<int>>([&](int) { actor.reset(); });
    actor->send(1);
    gnet::sleep(10s);
  });
  BOOST_TEST(death.signal == SIGABRT);
  BOOST_TEST(death.words.find("an Actor was destroyed by its own fiber") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
