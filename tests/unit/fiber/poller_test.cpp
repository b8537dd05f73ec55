#include "gnet/fiber/poller.h"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <boost/test/unit_test.hpp>
#include <system_error>

#include "gnet/base/unique_fd.h"

BOOST_AUTO_TEST_SUITE(poller)

using gnet::Poller;
using gnet::UniqueFd;

namespace {

// How often the child of a fork() asks for another descriptor.
int renew_none(void* count) noexcept {
  ++*static_cast<int*>(count);
  return -1;
}

void ignore(void*) noexcept {}

}  // namespace

BOOST_AUTO_TEST_CASE(what_cannot_be_watched_is_not_kept) {
  Poller poller;
  const UniqueFd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  int refused = 0;
  int watched = 0;
  BOOST_CHECK_EXCEPTION(poller.watch(file.get(), ignore, &refused, renew_none), std::system_error,
                        [](const std::system_error& error) {
                          return error.code() == std::errc::operation_not_permitted;
                        });
  poller.watch(event.get(), ignore, &watched, renew_none);
  poller.begin_in_child();
  BOOST_TEST(refused == 0);
  BOOST_TEST(watched == 1);
}

BOOST_AUTO_TEST_CASE(a_child_does_not_go_on_with_half_of_what_is_watched) {
  Poller poller;
  const UniqueFd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  int fd = file.get();
  poller.watch(event.get(), ignore, &fd,
               [](void* context) noexcept { return *static_cast<int*>(context); });
  poller.leave_to_parent();
  poller.begin_in_child();
  for (int i = 0; i < 2; ++i) {
    BOOST_CHECK_THROW(static_cast<void>(poller.native_handle()), std::system_error);
  }
  fd = event.get();
  poller.begin_in_child();
  BOOST_TEST(poller.native_handle() >= 0);
}

BOOST_AUTO_TEST_SUITE_END()
