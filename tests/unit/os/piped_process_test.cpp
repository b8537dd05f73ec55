#include "gnet/os/piped_process.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"

using namespace std::chrono_literals;
using gnet::MessagePipe;
using gnet::PipedProcess;

namespace {

struct Point {
  int x;
  int y;
};

struct Name {
  std::string first;
  std::string last;
};

// Started again as this by the tests; see main.cpp.
const gnet::PipedFunction square("square", [](MessagePipe parent) {
  while (const auto number = parent.get<int>()) parent.put(*number * *number);
  return 7;
});

const gnet::PipedFunction tell_environment("tell_environment", [](MessagePipe parent) {
  parent.put(std::getenv(PipedProcess::kDescriptorVariable) == nullptr &&
             std::getenv(PipedProcess::kFunctionVariable) == nullptr);
  const char* given = std::getenv("GNET_TEST");
  parent.put(given != nullptr ? given : "");
  return 0;
});

}  // namespace

template <>
struct gnet::MessageCodec<Name> {
  static std::string encode(const Name& name) { return name.first + '\0' + name.last; }
  static Name decode(std::string_view bytes) {
    const auto end = bytes.find('\0');
    if (end == std::string_view::npos) throw MessageMismatch("no name");
    return {std::string(bytes.substr(0, end)), std::string(bytes.substr(end + 1))};
  }
};

BOOST_AUTO_TEST_SUITE(piped_process)

BOOST_AUTO_TEST_CASE(messages_of_all_kinds_arrive_as_they_were) {
  auto [here, there] = MessagePipe::make();
  here.put("text");
  here.put(Point{1, 2});
  here.put(std::vector<int>{3, 4, 5});
  here.put(std::vector<int>{});
  here.put(Name{"Ada", "Lovelace"});
  here.put(std::string());
  BOOST_TEST(there.get<std::string>(5s).value() == "text");
  BOOST_TEST(there.get<Point>(5s)->y == 2);
  BOOST_TEST(there.get<std::vector<int>>(5s).value() == (std::vector{3, 4, 5}),
             boost::test_tools::per_element());
  BOOST_TEST(there.get<std::vector<int>>(5s)->empty());
  BOOST_TEST(there.get<Name>(5s)->last == "Lovelace");
  BOOST_TEST(there.get<std::string>(5s).value() == "");
  there.put(1.5);
  BOOST_TEST(here.get<double>(5s).value() == 1.5);
  here.close();
  BOOST_TEST(!there.get<int>(5s));
  BOOST_CHECK_THROW(there.put(1), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_message_of_another_type_stays) {
  auto [here, there] = MessagePipe::make();
  here.put(42);
  BOOST_CHECK_THROW(static_cast<void>(there.get<std::string>(5s)), gnet::MessageMismatch);
  BOOST_TEST(there.get<int>(5s).value() == 42);
}

BOOST_AUTO_TEST_CASE(large_messages_and_many_go_through) {
  auto [here, there] = MessagePipe::make();
  const std::string large(2'000'000, 'x');
  auto sender = gnet::spawn([&, &here = here] {
    here.put(large);
    for (int i = 0; i < 1000; ++i) here.put(i);
  });
  BOOST_TEST((there.get<std::string>(10s).value() == large));
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(there.get<int>(5s).value() == i);
  BOOST_TEST(sender.join(5s));
  BOOST_CHECK_THROW(here.put(std::string(MessagePipe::kLongest + 1, 'x')), std::length_error);
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_or_torn_when_a_fiber_is_interrupted) {
  auto [here, there] = MessagePipe::make();
  BOOST_CHECK_THROW(static_cast<void>(there.get<int>(1ms)), std::system_error);
  BOOST_TEST(!gnet::Timeout(1ms, gnet::silent).run([&, &there = there] {
    static_cast<void>(there.get<int>());
  }));
  // It begins to be sent, and its rest goes ahead of the next.
  auto victim = gnet::spawn([&, &here = here] { here.put(std::string(3'000'000, 'x')); });
  gnet::sleep(2ms);
  victim.kill();
  auto sender = gnet::spawn([&, &here = here] { here.put("next"); });
  BOOST_TEST(there.get<std::string>(10s)->size() == 3'000'000);
  BOOST_TEST(there.get<std::string>(10s).value() == "next");
}

BOOST_AUTO_TEST_CASE(an_end_in_the_middle_of_a_message_is_an_error) {
  int ends[2];
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  MessagePipe here{gnet::UniqueFd(ends[0])};
  gnet::UniqueFd there(ends[1]);
  BOOST_REQUIRE(write(there.get(), "\0\0\0\5", 4) == 4);
  there.reset();
  BOOST_CHECK_THROW(static_cast<void>(here.get<int>(5s)), gnet::ConnectionLost);
}

BOOST_AUTO_TEST_CASE(closing_wakes_those_who_wait) {
  auto [here, there] = MessagePipe::make();
  auto waiter = gnet::spawn([&, &here = here] {
    BOOST_CHECK_EXCEPTION(
        static_cast<void>(here.get<int>()), std::system_error,
        [](const auto& error) { return error.code() == std::errc::bad_file_descriptor; });
  });
  gnet::yield();
  here.close();
  BOOST_TEST(waiter.join(5s));
}

BOOST_AUTO_TEST_CASE(a_function_of_this_program_runs_in_a_child) {
  PipedProcess child(square);
  for (int i = 0; i < 10; ++i) {
    child.pipe().put(i);
    BOOST_TEST(child.pipe().get<int>(20s).value() == i * i);
  }
  BOOST_TEST(!child.process().poll());
  child.pipe().close();
  BOOST_TEST(child.wait(20s).value() == 7);
}

BOOST_AUTO_TEST_CASE(a_child_that_dies_ends_the_messages) {
  PipedProcess child(square);
  auto killer = gnet::spawn_later(2ms, [&] { child.kill(); });
  BOOST_TEST(!child.pipe().get<int>(20s));
  BOOST_TEST(child.wait(20s).value() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(several_children_work_at_the_same_time) {
  std::vector<PipedProcess> children;
  for (int i = 0; i < 3; ++i) children.emplace_back(square);
  for (int i = 0; i < 3; ++i) children[static_cast<std::size_t>(i)].pipe().put(i);
  int sum = 0;
  for (auto& child : children) sum += child.pipe().get<int>(20s).value();
  BOOST_TEST(sum == 5);
  for (auto& child : children) child.pipe().close();
  for (auto& child : children) BOOST_TEST(child.wait(20s).value() == 7);
}

BOOST_AUTO_TEST_CASE(a_child_has_its_environment_without_what_started_it) {
  PipedProcess child(tell_environment, {.environment = gnet::Environment{{"GNET_TEST", "given"}}});
  BOOST_TEST(child.pipe().get<bool>(20s).value());
  BOOST_TEST(child.pipe().get<std::string>(20s).value() == "given");
  BOOST_TEST(child.wait(20s).value() == 0);
}

BOOST_AUTO_TEST_CASE(any_program_can_be_at_the_other_end) {
  PipedProcess child({"sh", "-c", "test -S /proc/self/fd/$GNET_PIPE_FD"});
  BOOST_TEST(!child.pipe().get<int>(20s));
  BOOST_TEST(child.wait(20s).value() == 0);
}

BOOST_AUTO_TEST_CASE(without_a_parent_there_is_no_pipe_to_it) {
  BOOST_CHECK_THROW(MessagePipe::to_parent(), gnet::Misuse);
  BOOST_TEST(!gnet::run_piped_function());
  BOOST_CHECK_THROW(gnet::PipedFunction("square", [](MessagePipe) { return 0; }), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
