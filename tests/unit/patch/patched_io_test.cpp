// Patched calls that read and write.

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/hub.h"
#include "gnet/io/socket.h"
#include "tests/unit/patch/support.h"

BOOST_AUTO_TEST_SUITE(patched_io)

using gnet::UniqueFd;
using test::Ends;
using test::error_of;
using test::Ticker;
using namespace std::chrono_literals;

extern "C" ssize_t __read_chk(int fd, void* buffer, size_t size, size_t room);
extern "C" ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t room, int flags);

namespace {

using Receive = std::function<ssize_t(int fd, char* buffer, std::size_t size)>;
using Send = std::function<ssize_t(int fd, const char* data, std::size_t size)>;

struct NamedReceive {
  const char* name;
  Receive receive;
};
struct NamedSend {
  const char* name;
  Send send;
};

const std::vector<NamedReceive> kOfFiles = {
    {"read", [](int fd, char* buffer, std::size_t size) { return read(fd, buffer, size); }},
    {"__read_chk",
     [](int fd, char* buffer, std::size_t size) { return __read_chk(fd, buffer, size, size); }},
    {"readv",
     [](int fd, char* buffer, std::size_t size) {
       const iovec parts[2] = {{buffer, 1}, {buffer + 1, size - 1}};
       return readv(fd, parts, 2);
     }},
};

const std::vector<NamedReceive> kOfSockets = {
    {"recv", [](int fd, char* buffer, std::size_t size) { return recv(fd, buffer, size, 0); }},
    {"__recv_chk",
     [](int fd, char* buffer, std::size_t size) { return __recv_chk(fd, buffer, size, size, 0); }},
    {"recvfrom",
     [](int fd, char* buffer, std::size_t size) {
       sockaddr_storage from{};
       socklen_t from_size = sizeof from;
       return recvfrom(fd, buffer, size, 0, reinterpret_cast<sockaddr*>(&from), &from_size);
     }},
    {"recvmsg",
     [](int fd, char* buffer, std::size_t size) {
       iovec part{buffer, size};
       msghdr message{};
       message.msg_iov = &part;
       message.msg_iovlen = 1;
       return recvmsg(fd, &message, 0);
     }},
};

std::vector<NamedReceive> all_receives() {
  auto all = kOfFiles;
  all.insert(all.end(), kOfSockets.begin(), kOfSockets.end());
  return all;
}

const std::vector<NamedSend> kWrites = {
    {"write", [](int fd, const char* data, std::size_t size) { return write(fd, data, size); }},
    {"writev",
     [](int fd, const char* data, std::size_t size) {
       const std::size_t half = size / 2;
       const iovec parts[3] = {{const_cast<char*>(data), half},
                               {const_cast<char*>(data), 0},
                               {const_cast<char*>(data) + half, size - half}};
       return writev(fd, parts, 3);
     }},
};

const std::vector<NamedSend> kSends = {
    {"send",
     [](int fd, const char* data, std::size_t size) { return send(fd, data, size, MSG_NOSIGNAL); }},
    {"sendto", [](int fd, const char* data,
                  std::size_t size) { return sendto(fd, data, size, MSG_NOSIGNAL, nullptr, 0); }},
    {"sendmsg",
     [](int fd, const char* data, std::size_t size) {
       iovec part{const_cast<char*>(data), size};
       msghdr message{};
       message.msg_iov = &part;
       message.msg_iovlen = 1;
       return sendmsg(fd, &message, MSG_NOSIGNAL);
     }},
};

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 23);
  return text;
}

// All until the end, by a fiber of its own.
gnet::Fiber<std::string> read_all(int fd) {
  return gnet::spawn([fd] {
    std::string all;
    std::vector<char> buffer(64 * 1024);
    for (ssize_t got; (got = read(fd, buffer.data(), buffer.size())) > 0;) {
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  });
}

UniqueFd listen_on_loopback(sockaddr_in& address) {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  BOOST_REQUIRE(bind(listener.get(), plain, size) == 0);
  BOOST_REQUIRE(listen(listener.get(), 8) == 0);
  BOOST_REQUIRE(getsockname(listener.get(), plain, &size) == 0);
  return listener;
}

// Over TCP.
Ends connected_ends() {
  sockaddr_in address;
  const UniqueFd listener = listen_on_loopback(address);
  Ends ends;
  ends.there = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  BOOST_REQUIRE(connect(ends.there.get(), plain, sizeof address) == 0);
  ends.here = UniqueFd(accept(listener.get(), nullptr, nullptr));
  return ends;
}

void set_low_water(int fd, int bytes) {
  BOOST_REQUIRE(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes) == 0);
}

bool is_blocking(int fd) {
  return (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

void set_limit(int fd, int option, std::chrono::microseconds limit) {
  const timeval time{0, limit.count()};
  BOOST_REQUIRE(setsockopt(fd, SOL_SOCKET, option, &time, sizeof time) == 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(receiving_from_a_socket_suspends_only_the_fiber) {
  for (const auto& [name, receive] : all_receives()) {
    BOOST_TEST_CONTEXT(name) {
      Ends ends = Ends::of_socket();
      const Ticker ticker;
      auto writer = gnet::spawn_later(4ms, [&] { ends.put("hello"); });
      std::array<char, 16> buffer{};
      BOOST_TEST(receive(ends.here.get(), buffer.data(), buffer.size()) == 5);
      BOOST_TEST(std::string_view(buffer.data()) == "hello");
      BOOST_TEST(ticker.ticks > 0);
      BOOST_TEST(is_blocking(ends.here.get()));
      auto closer = gnet::spawn_later(1ms, [&] { ends.there.reset(); });
      BOOST_TEST(receive(ends.here.get(), buffer.data(), buffer.size()) == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(reading_from_a_pipe_suspends_only_the_fiber) {
  for (const auto& [name, receive] : kOfFiles) {
    BOOST_TEST_CONTEXT(name) {
      Ends ends = Ends::of_pipe();
      auto writer = gnet::spawn_later(2ms, [&] { ends.put("hello"); });
      std::array<char, 16> buffer{};
      BOOST_TEST(receive(ends.here.get(), buffer.data(), buffer.size()) == 5);
      auto closer = gnet::spawn_later(1ms, [&] { ends.there.reset(); });
      BOOST_TEST(receive(ends.here.get(), buffer.data(), buffer.size()) == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(reading_from_an_eventfd_suspends_only_the_fiber) {
  const UniqueFd event(eventfd(0, EFD_CLOEXEC));
  auto writer = gnet::spawn_later(2ms, [&] {
    const std::uint64_t three = 3;
    BOOST_TEST(write(event.get(), &three, sizeof three) == 8);
  });
  std::uint64_t count = 0;
  BOOST_TEST(read(event.get(), &count, sizeof count) == 8);
  BOOST_TEST(count == 3);
}

BOOST_AUTO_TEST_CASE(a_write_to_a_socket_ends_when_all_is_written) {
  const std::string text = pattern(3'000'001);
  auto all = kWrites;
  all.insert(all.end(), kSends.begin(), kSends.end());
  for (const auto& [name, send] : all) {
    BOOST_TEST_CONTEXT(name) {
      Ends ends = Ends::of_socket();
      auto reader = read_all(ends.here.get());
      BOOST_TEST(send(ends.there.get(), text.data(), text.size()) ==
                 static_cast<ssize_t>(text.size()));
      ends.there.reset();
      BOOST_TEST((reader.get() == text));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_write_to_a_pipe_ends_when_all_is_written) {
  const std::string text = pattern(300'001);
  for (const auto& [name, write] : kWrites) {
    BOOST_TEST_CONTEXT(name) {
      Ends ends = Ends::of_pipe();
      auto reader = gnet::spawn_later(1ms, [&] { return read_all(ends.here.get()).get(); });
      BOOST_TEST(write(ends.there.get(), text.data(), text.size()) ==
                 static_cast<ssize_t>(text.size()));
      ends.there.reset();
      BOOST_TEST((reader.get() == text));
    }
  }
}

BOOST_AUTO_TEST_CASE(accept_and_connect_suspend_only_the_fiber) {
  sockaddr_in address;
  const UniqueFd listener = listen_on_loopback(address);
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  for (const bool four : {false, true}) {
    auto client = gnet::spawn_later(2ms, [&] {
      UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      BOOST_TEST(connect(fd.get(), plain, sizeof address) == 0);
      BOOST_TEST(is_blocking(fd.get()));
      BOOST_TEST(write(fd.get(), "x", 1) == 1);
      return fd;
    });
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    auto* from = reinterpret_cast<sockaddr*>(&peer);
    const UniqueFd accepted(four ? accept4(listener.get(), from, &size, SOCK_CLOEXEC)
                                 : accept(listener.get(), from, &size));
    BOOST_TEST(peer.sin_family == AF_INET);
    BOOST_TEST(is_blocking(accepted.get()));
    char byte;
    BOOST_TEST(read(accepted.get(), &byte, 1) == 1);
  }
}

BOOST_AUTO_TEST_CASE(connect_tells_that_nobody_listens) {
  sockaddr_in address;
  UniqueFd listener = listen_on_loopback(address);
  listener.reset();
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_TEST(error_of([&] {
               return connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
             }) == ECONNREFUSED);
  BOOST_TEST(is_blocking(fd.get()));
}

BOOST_AUTO_TEST_CASE(what_is_connected_is_not_connected_again) {
  gnet::yield();  // there is a hub from now on
  sockaddr_in address;
  const UniqueFd listener = listen_on_loopback(address);
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  BOOST_TEST(connect(fd.get(), plain, sizeof address) == 0);
  BOOST_TEST(error_of([&] { return connect(fd.get(), plain, sizeof address); }) == EISCONN);
}

BOOST_AUTO_TEST_CASE(a_socket_that_could_not_connect_may_try_again) {
  gnet::yield();  // there is a hub from now on
  sockaddr_in address;
  UniqueFd listener = listen_on_loopback(address);
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  listener.reset();
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_TEST(error_of([&] { return connect(fd.get(), plain, sizeof address); }) == ECONNREFUSED);
  listener = listen_on_loopback(address);
  BOOST_TEST(connect(fd.get(), plain, sizeof address) == 0);
}

BOOST_AUTO_TEST_CASE(connect_waits_for_a_place_in_the_queue_of_a_unix_listener) {
  const UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;  // and a name that the kernel chooses
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  BOOST_REQUIRE(bind(listener.get(), plain, sizeof address.sun_family) == 0);
  BOOST_REQUIRE(listen(listener.get(), 0) == 0);
  socklen_t size = sizeof address;
  BOOST_REQUIRE(getsockname(listener.get(), plain, &size) == 0);
  std::vector<gnet::Fiber<>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(gnet::spawn([&] {
      const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
      BOOST_TEST(connect(fd.get(), plain, size) == 0);
    }));
  }
  gnet::sleep(5ms);
  for (int i = 0; i < 4; ++i) {
    const UniqueFd accepted(accept(listener.get(), nullptr, nullptr));
    BOOST_TEST(accepted.get() >= 0);
  }
  for (auto& client : clients) BOOST_TEST(client.join(5s));
}

BOOST_AUTO_TEST_CASE(a_datagram_comes_with_its_sender) {
  std::array<UniqueFd, 2> ends;
  std::array<sockaddr_in, 2> addresses{};
  for (std::size_t i = 0; i < 2; ++i) {
    ends[i] = UniqueFd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    addresses[i].sin_family = AF_INET;
    addresses[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof addresses[i];
    auto* plain = reinterpret_cast<sockaddr*>(&addresses[i]);
    BOOST_REQUIRE(bind(ends[i].get(), plain, size) == 0);
    BOOST_REQUIRE(getsockname(ends[i].get(), plain, &size) == 0);
  }
  auto sender = gnet::spawn_later(2ms, [&] {
    BOOST_TEST(sendto(ends[1].get(), "hello", 5, 0, reinterpret_cast<sockaddr*>(&addresses[0]),
                      sizeof addresses[0]) == 5);
  });
  std::array<char, 16> buffer{};
  sockaddr_in from{};
  socklen_t size = sizeof from;
  BOOST_TEST(recvfrom(ends[0].get(), buffer.data(), buffer.size(), 0,
                      reinterpret_cast<sockaddr*>(&from), &size) == 5);
  BOOST_TEST(from.sin_port == addresses[1].sin_port);
}

BOOST_AUTO_TEST_CASE(messages_carry_descriptors) {
  const Ends ends = Ends::of_socket();
  const Ends carried = Ends::of_pipe();
  auto sender = gnet::spawn_later(2ms, [&] {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    char byte = 'x';
    iovec part{&byte, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    *reinterpret_cast<int*>(CMSG_DATA(header)) = carried.there.get();
    BOOST_TEST(sendmsg(ends.there.get(), &message, 0) == 1);
  });
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  char byte = 0;
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  BOOST_TEST(recvmsg(ends.here.get(), &message, MSG_CMSG_CLOEXEC) == 1);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  BOOST_REQUIRE(header != nullptr);
  const UniqueFd received(*reinterpret_cast<const int*>(CMSG_DATA(header)));
  BOOST_TEST(write(received.get(), "y", 1) == 1);
  BOOST_TEST(read(carried.here.get(), &byte, 1) == 1);
  BOOST_TEST(byte == 'y');
}

BOOST_AUTO_TEST_CASE(waitall_waits_for_all) {
  Ends ends = Ends::of_socket();
  auto writer = gnet::spawn([&] {
    for (const char* part : {"he", "l", "lo"}) {
      gnet::sleep(1ms);
      ends.put(part);
    }
  });
  std::array<char, 16> buffer{};
  BOOST_TEST(recv(ends.here.get(), buffer.data(), 5, MSG_WAITALL) == 5);
  BOOST_TEST(std::string_view(buffer.data()) == "hello");
  auto closer = gnet::spawn_later(1ms, [&] {
    ends.put("bye");
    ends.there.reset();
  });
  BOOST_TEST(recv(ends.here.get(), buffer.data(), 5, MSG_WAITALL) == 3);
}

BOOST_AUTO_TEST_CASE(waitall_waits_for_all_also_from_whom_it_is_asked) {
  Ends ends = Ends::of_socket();
  const sockaddr any{AF_UNIX, {}};  // the kernel finds a name
  BOOST_REQUIRE(bind(ends.there.get(), &any, sizeof any.sa_family) == 0);
  auto writer = gnet::spawn([&] {
    for (const char* part : {"he", "l", "lo"}) {
      gnet::sleep(1ms);
      ends.put(part);
    }
  });
  std::array<char, 16> buffer{};
  // The name does not fit.
  std::array<char, 32> from{};
  socklen_t from_size = sizeof any.sa_family;
  BOOST_TEST(recvfrom(ends.here.get(), buffer.data(), 5, MSG_WAITALL,
                      reinterpret_cast<sockaddr*>(from.data()), &from_size) == 5);
  BOOST_TEST(std::string_view(buffer.data()) == "hello");
  BOOST_TEST(from_size > sizeof any.sa_family);
  BOOST_TEST(from[0] == AF_UNIX);
  BOOST_TEST(std::all_of(from.begin() + sizeof any.sa_family, from.end(),
                         [](char byte) { return byte == 0; }));
}

BOOST_AUTO_TEST_CASE(waitall_waits_for_all_also_of_what_it_leaves_there) {
  Ends ends = connected_ends();
  auto writer = gnet::spawn([&] {
    ends.put("hello");
    gnet::sleep(5ms);
    ends.put("world");
  });
  gnet::sleep(2ms);
  std::array<char, 16> buffer{};
  BOOST_TEST(recv(ends.here.get(), buffer.data(), 10, MSG_PEEK | MSG_WAITALL) == 10);
  BOOST_TEST(std::string_view(buffer.data()) == "helloworld");
  BOOST_TEST(recv(ends.here.get(), buffer.data(), 16, 0) == 10);
  auto closer = gnet::spawn_later(1ms, [&] {
    ends.put("bye");
    ends.there.reset();
  });
  BOOST_TEST(recv(ends.here.get(), buffer.data(), 10, MSG_PEEK | MSG_WAITALL) == 3);
}

BOOST_AUTO_TEST_CASE(a_receive_waits_for_the_low_water_mark) {
  for (const bool half_is_there : {false, true}) {
    Ends ends = connected_ends();
    set_low_water(ends.here.get(), 10);
    auto writer = gnet::spawn([&] {
      ends.put("hello");
      gnet::sleep(5ms);
      ends.put("world");
    });
    if (half_is_there) gnet::sleep(2ms);
    std::array<char, 16> buffer{};
    BOOST_TEST(recv(ends.here.get(), buffer.data(), 16, 0) == 10);
    BOOST_TEST(std::string_view(buffer.data()) == "helloworld");
    auto closer = gnet::spawn_later(1ms, [&] {
      ends.put("bye");
      ends.there.reset();
    });
    BOOST_TEST(read(ends.here.get(), buffer.data(), 16) == 3);
  }
}

BOOST_AUTO_TEST_CASE(a_receive_of_less_than_the_low_water_mark_waits_for_no_more) {
  Ends ends = connected_ends();
  set_low_water(ends.here.get(), 10);
  auto writer = gnet::spawn_later(2ms, [&] { ends.put("hi"); });
  std::array<char, 16> buffer{};
  BOOST_TEST(recv(ends.here.get(), buffer.data(), 2, 0) == 2);
}

BOOST_AUTO_TEST_CASE(the_time_of_a_socket_limits_what_waits_for_more) {
  std::array<char, 16> buffer{};
  for (const int flags : {int{MSG_WAITALL}, MSG_WAITALL | MSG_PEEK}) {
    Ends ends = connected_ends();
    set_limit(ends.here.get(), SO_RCVTIMEO, 10ms);
    ends.put("hello");
    BOOST_TEST(recv(ends.here.get(), buffer.data(), 10, flags) == 5);
  }
}

// ---- calls that do not wait ----

BOOST_AUTO_TEST_CASE(a_descriptor_that_the_program_made_non_blocking_does_not_wait) {
  char byte;
  for (const Ends& ends : {Ends::of_socket(), Ends::of_pipe()}) {
    BOOST_REQUIRE(fcntl(ends.here.get(), F_SETFL, O_NONBLOCK) == 0);
    BOOST_REQUIRE(fcntl(ends.there.get(), F_SETFL, O_NONBLOCK) == 0);
    BOOST_TEST(error_of([&] { return read(ends.here.get(), &byte, 1); }) == EAGAIN);
    const std::string much = pattern(4'000'000);
    const ssize_t written = write(ends.there.get(), much.data(), much.size());
    BOOST_TEST(written > 0);
    BOOST_TEST(written < static_cast<ssize_t>(much.size()));
    BOOST_TEST(error_of([&] { return write(ends.there.get(), much.data(), much.size()); }) ==
               EAGAIN);
  }
  sockaddr_in address;
  const UniqueFd listener = listen_on_loopback(address);
  BOOST_REQUIRE(fcntl(listener.get(), F_SETFL, O_NONBLOCK) == 0);
  BOOST_TEST(error_of([&] { return accept(listener.get(), nullptr, nullptr); }) == EAGAIN);
  const UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  BOOST_TEST(error_of([&] {
               return connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
             }) == EINPROGRESS);
}

BOOST_AUTO_TEST_CASE(dontwait_does_not_wait) {
  const Ends ends = Ends::of_socket();
  char byte;
  BOOST_TEST(error_of([&] { return recv(ends.here.get(), &byte, 1, MSG_DONTWAIT); }) == EAGAIN);
  const std::string much = pattern(4'000'000);
  BOOST_TEST(send(ends.there.get(), much.data(), much.size(), MSG_DONTWAIT) <
             static_cast<ssize_t>(much.size()));
}

BOOST_AUTO_TEST_CASE(regular_files_are_read_and_written_as_ever) {
  const auto path =
      std::filesystem::temp_directory_path() / ("gnet-patched-" + std::to_string(getpid()));
  const UniqueFd file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  BOOST_REQUIRE(file.get() >= 0);
  std::filesystem::remove(path);
  const std::string text = pattern(100'000);
  BOOST_TEST(write(file.get(), text.data(), text.size()) == 100'000);
  BOOST_REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
  std::string copy(text.size(), ' ');
  BOOST_TEST(read(file.get(), copy.data(), copy.size()) == 100'000);
  BOOST_TEST((copy == text));
  BOOST_TEST(read(file.get(), copy.data(), copy.size()) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_and_not_waited_for) {
  char byte;
  const Ends pipe = Ends::of_pipe();
  BOOST_TEST(error_of([&] { return read(-1, &byte, 1); }) == EBADF);
  BOOST_TEST(error_of([&] { return write(-1, &byte, 1); }) == EBADF);
  BOOST_TEST(error_of([&] { return read(pipe.there.get(), &byte, 1); }) == EBADF);
  BOOST_TEST(error_of([&] { return write(pipe.here.get(), &byte, 1); }) == EBADF);
  BOOST_TEST(error_of([&] { return recv(pipe.here.get(), &byte, 1, 0); }) == ENOTSOCK);
  BOOST_TEST(error_of([&] { return send(pipe.there.get(), &byte, 1, 0); }) == ENOTSOCK);
  const Ends ends = Ends::of_socket();
  BOOST_TEST(error_of([&] { return accept(ends.here.get(), nullptr, nullptr); }) == EINVAL);
  const UniqueFd directory(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  BOOST_TEST(error_of([&] { return read(directory.get(), &byte, 1); }) == EISDIR);
  BOOST_TEST(read(pipe.here.get(), &byte, 0) == 0);
}

// ---- limits and ends ----

BOOST_AUTO_TEST_CASE(a_socket_keeps_its_time_limits) {
  const Ends ends = Ends::of_socket();
  set_limit(ends.here.get(), SO_RCVTIMEO, 5ms);
  set_limit(ends.there.get(), SO_SNDTIMEO, 5ms);
  const Ticker ticker;
  char byte;
  const auto start = gnet::Clock::now();
  BOOST_TEST(error_of([&] { return read(ends.here.get(), &byte, 1); }) == EAGAIN);
  BOOST_TEST((gnet::Clock::now() - start >= 5ms));
  BOOST_TEST(ticker.ticks > 0);
  const std::string much = pattern(4'000'000);
  const ssize_t written = write(ends.there.get(), much.data(), much.size());
  BOOST_TEST(written > 0);
  BOOST_TEST(written < static_cast<ssize_t>(much.size()));
  BOOST_TEST(error_of([&] { return write(ends.there.get(), "x", 1); }) == EAGAIN);

  sockaddr_in address;
  const UniqueFd listener = listen_on_loopback(address);
  set_limit(listener.get(), SO_RCVTIMEO, 2ms);
  BOOST_TEST(error_of([&] { return accept(listener.get(), nullptr, nullptr); }) == EAGAIN);
}

BOOST_AUTO_TEST_CASE(a_connection_may_be_closed_in_one_direction) {
  const Ends ends = Ends::of_socket();
  auto peer = gnet::spawn_later(2ms, [&] {
    ends.put("last words");
    shutdown(ends.there.get(), SHUT_WR);
    std::array<char, 16> buffer{};
    return read(ends.there.get(), buffer.data(), buffer.size());
  });
  std::array<char, 4> buffer{};
  std::string all;
  for (ssize_t got; (got = read(ends.here.get(), buffer.data(), buffer.size())) > 0;) {
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
  BOOST_TEST(all == "last words");
  BOOST_TEST(write(ends.here.get(), "answer", 6) == 6);
  BOOST_TEST(peer.get() == 6);
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_ends_a_write) {
  Ends ends = Ends::of_socket();
  const std::string much = pattern(4'000'000);
  auto closer = gnet::spawn_later(2ms, [&] { ends.here.reset(); });
  const ssize_t written = send(ends.there.get(), much.data(), much.size(), 0);  // and no SIGPIPE
  BOOST_TEST(written > 0);
  BOOST_TEST(written < static_cast<ssize_t>(much.size()));
  BOOST_TEST(error_of([&] { return send(ends.there.get(), "x", 1, MSG_NOSIGNAL); }) == EPIPE);
}

BOOST_AUTO_TEST_CASE(closing_ends_the_calls_that_wait) {
  for (const auto make : {+[] { return Ends::of_socket(); }, +[] { return Ends::of_pipe(); }}) {
    Ends ends = make();
    const int fd = ends.here.get();
    auto waiter = gnet::spawn([fd] {
      char byte;
      return error_of([&] { return read(fd, &byte, 1); });
    });
    gnet::yield();
    ends.here.reset();
    // The number has a new owner before the waiter runs.
    const Ends other = Ends::of_pipe();
    other.put("not yours");
    BOOST_TEST(waiter.get() == EBADF);
  }
}

BOOST_AUTO_TEST_CASE(dup2_over_a_descriptor_ends_the_calls_that_wait) {
  const Ends ends = Ends::of_pipe();
  const Ends other = Ends::of_pipe();
  other.put("not yours");
  auto waiter = gnet::spawn([&] {
    char byte;
    return error_of([&] { return read(ends.here.get(), &byte, 1); });
  });
  gnet::yield();
  BOOST_TEST(dup2(other.here.get(), ends.here.get()) == ends.here.get());
  BOOST_TEST(waiter.get() == EBADF);
}

// ---- who is suspended ----

BOOST_AUTO_TEST_CASE(a_thread_without_a_hub_is_blocked_as_ever) {
  const Ends ends = Ends::of_socket();
  bool has_hub = true;
  ssize_t got = 0;
  std::thread thread([&] {
    char byte;
    got = read(ends.here.get(), &byte, 1);
    has_hub = gnet::Hub::current_if_any() != nullptr;
  });
  gnet::sleep(2ms);
  ends.put("x");
  thread.join();
  BOOST_TEST(got == 1);
  BOOST_TEST(!has_hub);
}

BOOST_AUTO_TEST_CASE(a_callback_of_the_hub_is_not_suspended) {
  const Ends ends = Ends::of_socket();
  std::thread writer([&] {
    std::this_thread::sleep_for(5ms);
    [[maybe_unused]] const ssize_t written = write(ends.there.get(), "x", 1);
  });
  ssize_t got = 0;
  gnet::Hub::current().defer([&] {
    char byte;
    got = read(ends.here.get(), &byte, 1);
  });
  gnet::yield();
  gnet::yield();
  BOOST_TEST(got == 1);
  writer.join();
}

BOOST_AUTO_TEST_CASE(several_fibers_may_read_from_one_pipe) {
  const Ends ends = Ends::of_pipe();
  std::vector<gnet::Fiber<ssize_t>> readers;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(gnet::spawn([&] {
      char byte;
      return read(ends.here.get(), &byte, 1);
    }));
  }
  gnet::yield();
  for (int i = 0; i < 20; ++i) {
    ends.put("x");
    if (i % 3 == 0) gnet::sleep(1ms);
  }
  for (auto& reader : readers) BOOST_TEST(reader.get() == 1);
}

BOOST_AUTO_TEST_CASE(one_fiber_reads_while_another_writes_to_the_same_socket) {
  const Ends ends = Ends::of_socket();
  auto reader = gnet::spawn([&] {
    char byte;
    return read(ends.here.get(), &byte, 1);
  });
  const std::string much = pattern(3'000'000);
  auto writer = gnet::spawn([&] { return write(ends.here.get(), much.data(), much.size()); });
  gnet::sleep(1ms);
  BOOST_TEST(!writer.ready());
  ends.put("x");
  BOOST_TEST(reader.get() == 1);
  std::vector<char> all(much.size());
  BOOST_TEST(recv(ends.there.get(), all.data(), all.size(), MSG_WAITALL) ==
             static_cast<ssize_t>(all.size()));
  BOOST_TEST(writer.get() == static_cast<ssize_t>(much.size()));
}

BOOST_AUTO_TEST_CASE(calls_that_never_have_to_wait_let_others_run_now_and_then) {
  int turns = 0;
  auto other = gnet::spawn([&] {
    for (;; ++turns) gnet::yield();
  });
  const UniqueFd zeros(open("/dev/zero", O_RDONLY | O_CLOEXEC));
  char byte;
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(read(zeros.get(), &byte, 1) == 1);
  BOOST_TEST(turns > 5);
  other.kill();
}

// gnet's own sockets call libc, too.
BOOST_AUTO_TEST_CASE(gnets_sockets_work_as_ever) {
  Ends ends = Ends::of_socket();
  gnet::Socket here(std::move(ends.here));
  gnet::Socket there(std::move(ends.there));
  auto sender = gnet::spawn([&] {
    const std::string text = pattern(1'000'000);
    there.send_all(text);
    there.close();
  });
  std::vector<char> buffer(10'000);
  std::size_t total = 0;
  while (const std::size_t got = here.receive(buffer.data(), buffer.size(), 5s)) total += got;
  BOOST_TEST(total == 1'000'000);
  BOOST_CHECK_THROW(gnet::Socket(Ends::of_socket().here).receive(buffer.data(), 1, 1ms),
                    std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
