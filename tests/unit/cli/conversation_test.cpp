#include "commands/conversation.h"

#include <boost/test/unit_test.hpp>
#include <deque>

#include "cli/out/failure.h"
#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(conversation)

using namespace std::chrono_literals;

namespace {

// A link that keeps what was sent.
struct FakeLink : commands::Link {
  void send(std::string_view message) override { sent.emplace_back(message); }
  void renew() override { ++renewed; }
  [[nodiscard]] std::string name() const override { return named; }
  std::deque<std::string> sent;
  std::string named = "peer";
  int renewed = 0;
};

// A conversation of a few messages on a fiber of its own.
struct Talk {
  explicit Talk(std::deque<std::string> messages, commands::ConversationOptions options = {})
      : conversation(
            options,
            [messages]() mutable -> std::optional<std::string> {
              if (messages.empty()) return std::nullopt;
              std::string message = messages.front();
              messages.pop_front();
              return message;
            },
            report),
        fiber(gnet::spawn([this] { conversation.run(); })) {}

  commands::EchoReport report{false, true};
  commands::Conversation conversation;
  gnet::Fiber<> fiber;
};

}  // namespace

BOOST_AUTO_TEST_CASE(messages_go_one_after_the_echo_of_the_other) {
  Talk talk({"one", "two"});
  FakeLink link;
  talk.conversation.up(link, "");
  gnet::yield();
  BOOST_TEST(link.sent.size() == 1U);
  talk.conversation.received("on");
  gnet::yield();
  BOOST_TEST(link.sent.size() == 1U);
  talk.conversation.received("e");
  gnet::yield();
  BOOST_TEST(link.sent.back() == "two");
  talk.conversation.received("two");
  talk.fiber.get();
  BOOST_TEST(!talk.report.found_fault());
}

BOOST_AUTO_TEST_CASE(a_message_without_any_connection_was_not_sent) {
  Talk talk({"one"});
  gnet::yield();
  BOOST_TEST(talk.report.empty());
  FakeLink link;
  talk.conversation.up(link, "");
  gnet::yield();
  BOOST_TEST(!talk.report.empty());
  talk.conversation.received("one");
  talk.fiber.get();
}

BOOST_AUTO_TEST_CASE(nothing_is_waited_for_after_the_last_message) {
  Talk talk({"one"}, {.interval = 1h});
  FakeLink link;
  talk.conversation.up(link, "");
  gnet::yield();
  talk.conversation.received("one");
  BOOST_TEST(talk.fiber.join(gnet::Deadline(10s)));
}

BOOST_AUTO_TEST_CASE(a_wrong_echo_is_a_fault) {
  Talk talk({"one"});
  FakeLink link;
  talk.conversation.up(link, "");
  gnet::yield();
  talk.conversation.received("ONE");
  talk.fiber.get();
  BOOST_TEST(talk.report.found_fault());
}

BOOST_AUTO_TEST_CASE(an_unanswered_message_goes_again_over_the_next_link) {
  Talk talk({"one", "two"}, {.resend = true});
  FakeLink first;
  talk.conversation.up(first, "");
  gnet::yield();
  talk.conversation.down("eof");
  gnet::yield();
  FakeLink second;
  talk.conversation.up(second, "");
  gnet::yield();
  BOOST_TEST(second.sent.front() == "one");
  talk.conversation.received("one");
  gnet::yield();
  talk.conversation.received("two");
  talk.fiber.get();
  BOOST_TEST(first.sent.size() == 1U);
  BOOST_TEST(second.sent.size() == 2U);
  BOOST_TEST(!talk.report.found_fault());
}

BOOST_AUTO_TEST_CASE(without_resending_a_broken_link_is_a_failure) {
  Talk talk({"one"});
  FakeLink link;
  talk.conversation.up(link, "");
  gnet::yield();
  talk.conversation.down("eof");
  BOOST_CHECK_EXCEPTION(talk.fiber.get(), cli::Failure, [](const cli::Failure& failure) {
    return failure.code() == cli::Exit::lost;
  });
}

BOOST_AUTO_TEST_CASE(the_echo_of_a_greeting_is_not_an_answer) {
  Talk talk({"one"});
  FakeLink link;
  talk.conversation.up(link, "hi");
  BOOST_TEST(link.sent.front() == "hi");
  gnet::yield();
  talk.conversation.received("hion");
  talk.conversation.received("e");
  talk.fiber.get();
  BOOST_TEST(!talk.report.found_fault());
}

BOOST_AUTO_TEST_CASE(a_late_answer_counts_as_lost) {
  Talk talk({"one"}, {.reply_limit = 1ms});
  FakeLink link;
  talk.conversation.up(link, "");
  talk.fiber.get();
  BOOST_TEST(talk.report.found_fault());
}

BOOST_AUTO_TEST_CASE(a_link_without_a_name_is_a_link) {
  Talk talk({"one"});
  FakeLink link;
  link.named = "";
  talk.conversation.up(link, "");
  gnet::yield();
  talk.conversation.down("eof");
  BOOST_REQUIRE(talk.fiber.join(gnet::Deadline(10s)));
  BOOST_CHECK_THROW(talk.fiber.get(), cli::Failure);
}

BOOST_AUTO_TEST_CASE(after_a_late_answer_the_next_message_has_a_new_link) {
  Talk talk({"one", "one"}, {.reply_limit = 1ms, .datagrams = true});
  FakeLink first;
  talk.conversation.up(first, "");
  while (first.renewed == 0) gnet::yield();
  BOOST_TEST(!talk.conversation.linked());
  talk.conversation.received("one");
  gnet::yield();
  BOOST_TEST(!talk.fiber.dead());
  BOOST_TEST(first.sent.size() == 1U);
  FakeLink second;
  talk.conversation.up(second, "");
  gnet::yield();
  BOOST_TEST(second.sent.size() == 1U);
  talk.conversation.received("one");
  talk.fiber.get();
}

BOOST_AUTO_TEST_CASE(an_answer_to_an_earlier_datagram_is_not_the_answer_to_this_one) {
  Talk talk({"one", "two", "three"}, {.datagrams = true});
  FakeLink link;
  talk.conversation.up(link, "hi");
  gnet::yield();
  talk.conversation.received("hi");
  talk.conversation.received("one");
  gnet::yield();
  talk.conversation.received("one");
  gnet::yield();
  BOOST_TEST(link.sent.back() == "two");
  talk.conversation.received("two");
  gnet::yield();
  talk.conversation.received("three");
  talk.fiber.get();
  BOOST_TEST(!talk.report.found_fault());
}

BOOST_AUTO_TEST_CASE(a_datagram_that_was_cut_is_a_wrong_answer) {
  Talk talk({"one"}, {.datagrams = true});
  FakeLink link;
  talk.conversation.up(link, "");
  gnet::yield();
  talk.conversation.received("on");
  BOOST_REQUIRE(talk.fiber.join(gnet::Deadline(10s)));
  BOOST_TEST(talk.report.found_fault());
}

BOOST_AUTO_TEST_CASE(giving_up_ends_it_with_the_reason) {
  Talk talk({"one"});
  talk.conversation.gave_up(
      std::make_exception_ptr(cli::Failure(cli::Exit::connect, "cannot connect")));
  BOOST_CHECK_THROW(talk.fiber.get(), cli::Failure);
}

BOOST_AUTO_TEST_SUITE_END()
