#include "gnet/os/notify_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>

#include "gnet/base/unique_fd.h"
#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(notify_socket)

using namespace std::chrono_literals;
using gnet::NotifySocket;

namespace {

// As sd_notify(3) sends it; with a descriptor, if there is one.
ssize_t send_to(const std::string& address, const std::string& text, int descriptor = -1) {
  const gnet::UniqueFd from(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path + 1, address.data() + 1, address.size() - 1);
  std::string bytes = text;
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  return sendmsg(from.get(), &message, 0);
}

int lowest_free_descriptor() {
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(fd);
  return fd;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_tells_who_has_sent_it) {
  NotifySocket socket;
  BOOST_TEST(socket.address().front() == '@');
  BOOST_REQUIRE(send_to(socket.address(), "STATUS=well\nREADY=1") > 0);
  const auto message = socket.receive(1s);
  BOOST_REQUIRE(message.has_value());
  BOOST_TEST(message->says("READY=1"));
  BOOST_TEST(message->says("STATUS=well"));
  BOOST_TEST(!message->says("READY=10"));
  BOOST_TEST(!message->says("READY"));
  BOOST_TEST(message->pid == getpid());
  BOOST_TEST(message->uid == getuid());
}

BOOST_AUTO_TEST_CASE(each_socket_has_a_name_of_its_own) {
  const NotifySocket one;
  const NotifySocket other;
  BOOST_TEST(one.address() != other.address());
}

BOOST_AUTO_TEST_CASE(waiting_ends_at_the_deadline) {
  NotifySocket socket;
  BOOST_TEST(!socket.receive(10ms).has_value());
}

BOOST_AUTO_TEST_CASE(a_fiber_that_waits_is_woken) {
  NotifySocket socket;
  auto waiter = gnet::spawn([&] { return socket.receive(5s).has_value(); });
  gnet::yield();
  BOOST_REQUIRE(send_to(socket.address(), "READY=1") > 0);
  BOOST_TEST(std::move(waiter).get());
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_passed_over) {
  NotifySocket socket;
  BOOST_REQUIRE(send_to(socket.address(), "READY=1\n" + std::string(5000, 'x')) > 0);
  BOOST_REQUIRE(send_to(socket.address(), std::string(4096, 'y')) > 0);
  const auto message = socket.receive(1s);
  BOOST_REQUIRE(message.has_value());
  BOOST_TEST(message->text.size() == 4096U);
  BOOST_TEST(message->text.front() == 'y');
}

BOOST_AUTO_TEST_CASE(descriptors_that_come_with_it_are_closed) {
  NotifySocket socket;
  const int before = lowest_free_descriptor();
  BOOST_REQUIRE(send_to(socket.address(), "FDSTORE=1", 0) > 0);
  BOOST_REQUIRE(socket.receive(1s).has_value());
  BOOST_TEST(lowest_free_descriptor() == before);
}

BOOST_AUTO_TEST_SUITE_END()
