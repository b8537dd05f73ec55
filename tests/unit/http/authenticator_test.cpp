#include "gnet/http/authenticator.h"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/os/file.h"
#include "gnet/sync/group.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(authenticator)

using gnet::http::Authenticator;
using namespace std::chrono_literals;

namespace {

// Slow enough to be told from what is not checked at all.
const std::string kSecret = "$2y$10$3SNG1dDM1pU1wDiRlTmdQ.L2ZomDs5isTVBUiqDh3qwtLFPjUO/g6\n";
const std::string kOther = "$2y$10$VBcWGFBxVn9K1iS9V7koQeJC.QxKtMWw3ihlPaU/zDb0.7CEi2qaS\n";

// How much the processor has to do, in all threads: what else runs there makes no difference.
std::chrono::nanoseconds used_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// The least of three attempts.
template <typename F>
std::chrono::nanoseconds time_of(F attempt) {
  auto least = std::chrono::nanoseconds::max();
  for (int i = 0; i < 3; ++i) {
    const auto began = used_time();
    attempt();
    least = std::min(least, used_time() - began);
  }
  return least;
}

template <typename E, typename F>
std::string complaint(F f) {
  try {
    f();
    return "none";
  } catch (const E& error) {
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(nobody_is_let_in_by_nobody) {
  Authenticator users;
  BOOST_TEST(users.empty());
  BOOST_TEST(!users.verify("", ""));
  BOOST_TEST(!users.verify("ada", "secret"));
}

BOOST_AUTO_TEST_CASE(users_of_flags_and_of_files_are_told_apart_by_their_passwords) {
  const test::TemporaryFile file("ada:" + kSecret);
  Authenticator users;
  users.add("bob", "x:y");
  BOOST_TEST(users.verify({.user = "bob", .password = "x:y"}));
  users.add_file(file.name());
  BOOST_TEST(!users.empty());
  for (int twice = 0; twice < 2; ++twice) {
    BOOST_TEST(users.verify("ada", "secret"));
    BOOST_TEST(users.verify("bob", "x:y"));
    BOOST_TEST(!users.verify("ada", "x:y"));
    BOOST_TEST(!users.verify("bob", "secret"));
    BOOST_TEST(!users.verify("Ada", "secret"));
    BOOST_TEST(!users.verify("", "secret"));
    BOOST_TEST(!users.verify("ada", ""));
    BOOST_TEST(!users.verify(std::string("ada\0", 4), "secret"));
    BOOST_TEST(!users.verify("ada", std::string("secret\0", 7)));
  }
}

BOOST_AUTO_TEST_CASE(a_right_password_is_slow_once_and_a_wrong_one_always) {
  const test::TemporaryFile file("ada:" + kSecret);
  Authenticator users;
  users.add_file(file.name());
  const auto wrong = time_of([&] { BOOST_TEST(!users.verify("ada", "wrong")); });
  const auto unknown = time_of([&] { BOOST_TEST(!users.verify("zoe", "secret")); });
  BOOST_TEST(unknown.count() > wrong.count() / 2);
  BOOST_TEST(unknown.count() < wrong.count() * 2);
  BOOST_TEST(users.verify("ada", "secret"));
  const auto right = time_of([&] { BOOST_TEST(users.verify("ada", "secret")); });
  BOOST_TEST(right.count() < wrong.count() / 10);
}

BOOST_AUTO_TEST_CASE(an_unknown_user_is_as_slow_as_the_slowest) {
  const test::TemporaryFile file("ada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\nbob:" + kSecret);
  Authenticator users;
  users.add("flag", "x");
  users.add_file(file.name());
  const auto wrong = time_of([&] { BOOST_TEST(!users.verify("bob", "wrong")); });
  const auto unknown = time_of([&] { BOOST_TEST(!users.verify("zoe", "x")); });
  BOOST_TEST(unknown.count() > wrong.count() / 2);
}

BOOST_AUTO_TEST_CASE(nothing_needs_to_be_remembered) {
  const test::TemporaryFile file("ada:" + kSecret);
  Authenticator users({.threads = 1, .remembered = 0});
  users.add_file(file.name());
  BOOST_TEST(users.verify("ada", "secret"));
  BOOST_TEST(users.verify("ada", "secret"));
  BOOST_TEST(!users.verify("ada", "other"));
}

BOOST_AUTO_TEST_CASE(what_is_remembered_is_bounded_and_others_are_checked_again) {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += "user" + std::to_string(i) +
            ":$2y$04$OdDwpFd80uP3WzYOtEmHr.blaksy5Bnr7VgmGKY.W7TWiFsPXdMcq\n";
  }
  const test::TemporaryFile file(text);
  Authenticator users({.remembered = 3});
  users.add_file(file.name());
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20; ++i) {
      const std::string user = "user" + std::to_string(i);
      BOOST_TEST(users.verify(user, "secret"));
      BOOST_TEST(!users.verify(user, "wrong"));
    }
  }
}

BOOST_AUTO_TEST_CASE(other_fibers_run_while_a_password_is_checked) {
  const test::TemporaryFile file("ada:" + kSecret);
  Authenticator users;
  users.add_file(file.name());
  int turns = 0;
  auto other = gnet::spawn([&] {
    for (;; ++turns) gnet::sleep(1ms);
  });
  BOOST_TEST(!users.verify("ada", "wrong"));
  BOOST_TEST(turns >= 3);
  other.kill();
}

BOOST_AUTO_TEST_CASE(a_fiber_may_leave_in_the_middle) {
  const test::TemporaryFile file("ada:" + kSecret);
  Authenticator users;
  users.add_file(file.name());
  bool told = false;
  const bool done =
      gnet::Timeout(1ms, gnet::silent).run([&] { told = users.verify("ada", "secret"); });
  BOOST_TEST(!done);
  BOOST_TEST(!told);
  BOOST_TEST(users.verify("ada", "secret"));
}

BOOST_AUTO_TEST_CASE(many_fibers_and_threads_ask_at_once) {
  const test::TemporaryFile file(
      "ada:$2y$04$OdDwpFd80uP3WzYOtEmHr.blaksy5Bnr7VgmGKY.W7TWiFsPXdMcq\n");
  Authenticator users;
  users.add_file(file.name());
  std::atomic<int> right = 0;
  std::atomic<int> wrong = 0;
  const auto ask = [&] {
    gnet::Group group;
    for (int i = 0; i < 100; ++i) {
      group.spawn(
          [&, i] { (users.verify("ada", i % 2 == 0 ? "secret" : "wrong") ? right : wrong) += 1; });
    }
    group.join();
  };
  std::thread other(ask);
  ask();
  users.reload();
  other.join();
  BOOST_TEST(right == 100);
  BOOST_TEST(wrong == 100);
}

BOOST_AUTO_TEST_CASE(a_file_is_read_again) {
  const test::TemporaryFile file("ada:" + kSecret + "bob:" + kSecret);
  Authenticator users;
  users.add("flag", "x");
  users.add_file(file.name());
  BOOST_TEST(users.verify("ada", "secret"));
  BOOST_TEST(users.verify("bob", "secret"));
  file.write("ada:" + kOther + "zoe:" + kSecret);
  BOOST_TEST(users.verify("ada", "secret"));
  users.reload();
  BOOST_TEST(!users.verify("ada", "secret"));
  BOOST_TEST(users.verify("ada", "other"));
  BOOST_TEST(!users.verify("bob", "secret"));
  BOOST_TEST(users.verify("zoe", "secret"));
  BOOST_TEST(users.verify("flag", "x"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_broken_changes_nothing) {
  const test::TemporaryFile file("ada:" + kSecret);
  Authenticator users;
  users.add_file(file.name());
  file.write("zoe:" + kSecret + "ada\n");
  BOOST_TEST(complaint<std::runtime_error>([&] { users.reload(); }) ==
             file.name() + ":2: this is not user:hash");
  BOOST_TEST(users.verify("ada", "secret"));
  BOOST_TEST(!users.verify("zoe", "secret"));
  const test::TemporaryFile second("bob:x\n");
  BOOST_CHECK_THROW(users.add_file(second.name()), std::runtime_error);
  file.write("zoe:" + kSecret);
  users.reload();  // of the first only
  BOOST_TEST(users.verify("zoe", "secret"));
}

BOOST_AUTO_TEST_CASE(a_user_is_there_once) {
  const test::TemporaryFile file("ada:" + kSecret);
  const test::TemporaryFile again("ada:" + kOther);
  Authenticator users;
  users.add("bob", "x");
  users.add_file(file.name());
  const auto add = [&](std::string_view user) {
    return complaint<std::invalid_argument>([&] { users.add(user, "y"); });
  };
  BOOST_TEST(add("ada") == "user 'ada' is there twice");
  BOOST_TEST(add("bob") == "user 'bob' is there twice");
  BOOST_TEST(add("") == "this is no name of a user");
  BOOST_TEST(add("a:b") == "this is no name of a user");
  BOOST_TEST(complaint<std::runtime_error>([&] { users.add_file(again.name()); }) ==
             again.name() + ": user 'ada' is there twice");
  BOOST_TEST(users.verify("ada", "secret"));
  BOOST_TEST(users.verify("bob", "x"));
}

BOOST_AUTO_TEST_SUITE_END()
