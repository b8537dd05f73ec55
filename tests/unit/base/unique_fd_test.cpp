#include "gnet/base/unique_fd.h"

#include <fcntl.h>

#include <boost/test/unit_test.hpp>

#include <cerrno>

BOOST_AUTO_TEST_SUITE(unique_fd)

using gnet::UniqueFd;

namespace {

int opened() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}
bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(closes_at_the_end_of_its_life) {
  const int raw = opened();
  {
    const UniqueFd fd(raw);
    BOOST_TEST(static_cast<bool>(fd));
    BOOST_TEST(fd.get() == raw);
    BOOST_TEST(is_open(raw));
  }
  BOOST_TEST(!is_open(raw));
}

BOOST_AUTO_TEST_CASE(moves_and_leaves_nothing_behind) {
  UniqueFd a(opened());
  const int raw = a.get();
  UniqueFd b(std::move(a));
  BOOST_TEST(!a);
  BOOST_TEST(b.get() == raw);
  UniqueFd c(opened());
  const int other = c.get();
  c = std::move(b);
  BOOST_TEST(c.get() == raw);
  BOOST_TEST(!is_open(other));
}

BOOST_AUTO_TEST_CASE(survives_a_move_to_itself) {
  UniqueFd fd(opened());
  UniqueFd& same = fd;
  fd = std::move(same);
  BOOST_TEST(is_open(fd.get()));
}

BOOST_AUTO_TEST_CASE(release_hands_over_the_duty_to_close) {
  UniqueFd fd(opened());
  const int raw = fd.release();
  BOOST_TEST(fd.get() == -1);
  BOOST_TEST(is_open(raw));
  ::close(raw);
}

BOOST_AUTO_TEST_CASE(closing_leaves_errno_alone) {
  UniqueFd fd(opened());
  errno = EAGAIN;
  fd.reset();
  BOOST_TEST(errno == EAGAIN);
}

BOOST_AUTO_TEST_SUITE_END()
