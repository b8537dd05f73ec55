// What tests of patched calls share.

#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "gnet/base/unique_fd.h"
#include "gnet/fiber/fiber.h"

namespace test {

using namespace std::chrono_literals;

// Two ends of a blocking connection, or of a pipe: `here` reads.
struct Ends {
  gnet::UniqueFd here;
  gnet::UniqueFd there;

  static Ends of_socket(int type = SOCK_STREAM) {
    int pair[2];
    BOOST_REQUIRE(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) == 0);
    return {gnet::UniqueFd(pair[0]), gnet::UniqueFd(pair[1])};
  }
  static Ends of_pipe() {
    int pair[2];
    BOOST_REQUIRE(pipe(pair) == 0);
    return {gnet::UniqueFd(pair[0]), gnet::UniqueFd(pair[1])};
  }
  void put(std::string_view text) const {
    BOOST_REQUIRE(write(there.get(), text.data(), text.size()) ==
                  static_cast<ssize_t>(text.size()));
  }
};

// A fiber that has a turn every millisecond, if the thread lets it.
class Ticker {
 public:
  Ticker()
      : fiber_(gnet::spawn([this] {
          for (;;) {
            ++ticks;  // at once: a busy machine may not get to the second time
            gnet::sleep(1ms);
          }
        })) {}
  ~Ticker() { fiber_.kill(); }
  int ticks = 0;

 private:
  gnet::Fiber<> fiber_;
};

// Calls `call`, which must fail; errno.
template <typename F>
int error_of(F&& call) {
  errno = 0;
  BOOST_TEST(call() == -1);
  return errno;
}

}  // namespace test
