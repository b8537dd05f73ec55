#include "gnet/io/listener.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/connect.h"
#include "tests/unit/child.h"

BOOST_AUTO_TEST_SUITE(listener)

using namespace gnet;
using namespace std::chrono_literals;

namespace {

const auto kAnyPort = Endpoint::parse("tcp-l://127.0.0.1:0");

// A folder of its own, gone at the end.
struct Folder {
  Folder() {
    std::string name = "/tmp/gnet-test-XXXXXX";
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] Endpoint socket() const { return Endpoint::unix_path((path / "s").string()); }
  std::filesystem::path path;
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_kernel_chooses_the_port_and_the_listener_tells_it) {
  const Listener listener(kAnyPort);
  BOOST_TEST(listener.local_endpoint().port() != 0);
  BOOST_TEST(listener.local_endpoint().host() == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(accept_suspends_until_somebody_connects) {
  Listener listener(kAnyPort);
  auto client = spawn([&] {
    sleep(5ms);
    return connect_stream(listener.local_endpoint());
  });
  const Accepted accepted = listener.accept();
  BOOST_TEST(static_cast<bool>(accepted.fd));
  BOOST_TEST(accepted.peer.family() == AF_INET);
  client.join();
}

BOOST_AUTO_TEST_CASE(connections_that_wait_are_taken_without_suspending) {
  Listener listener(kAnyPort);
  std::vector<Stream> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connect_stream(listener.local_endpoint()));
  for (int i = 0; i < 3; ++i) BOOST_TEST(listener.try_accept().has_value());
  BOOST_TEST(!listener.try_accept().has_value());
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_refused_and_named) {
  const Listener first(kAnyPort);
  try {
    const Listener second(first.local_endpoint());
    BOOST_ERROR("two listeners on one port");
  } catch (const std::system_error& error) {
    BOOST_TEST((error.code() == std::errc::address_in_use));
    BOOST_TEST(std::string(error.what()) == "cannot listen on " +
                                                first.local_endpoint().to_string() +
                                                ": address already in use");
  }
}

BOOST_AUTO_TEST_CASE(closing_wakes_whoever_accepts) {
  Listener listener(kAnyPort);
  auto acceptor = spawn([&] { listener.accept(); });
  yield();
  listener.close();
  acceptor.join();
  BOOST_CHECK_THROW(acceptor.get(), std::system_error);
}

BOOST_AUTO_TEST_CASE(kill_and_timeout_leave_the_listener_usable) {
  Listener listener(kAnyPort);
  auto acceptor = spawn([&] { listener.accept(); });
  yield();
  acceptor.kill();
  {
    Timeout limit(5ms);
    BOOST_CHECK_THROW(listener.accept(), Timeout);
  }
  const Stream client = connect_stream(listener.local_endpoint());
  BOOST_TEST(static_cast<bool>(listener.accept().fd));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_goes_with_its_listener) {
  const Folder folder;
  {
    Listener listener(folder.socket());
    const Stream client = connect_stream(folder.socket());
    BOOST_TEST(listener.accept().peer.family() == AF_UNIX);
  }
  BOOST_TEST(!std::filesystem::exists(folder.socket().path()));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_has_the_mode_asked_for) {
  const Folder folder;
  const mode_t mask = umask(077);
  const Listener listener(folder.socket(), {.unix_mode = 0666});
  umask(mask);
  struct stat status {};
  BOOST_REQUIRE_EQUAL(stat(folder.socket().path().c_str(), &status), 0);
  BOOST_TEST((status.st_mode & 0777) == 0666u);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_that_nobody_answers_on_is_taken_over) {
  const Folder folder;
  {
    // Left behind: bound, closed, not removed.
    const Listener old(folder.socket());
    std::filesystem::rename(folder.path / "s", folder.path / "kept");
  }
  std::filesystem::rename(folder.path / "kept", folder.path / "s");
  const Listener listener(folder.socket());
  BOOST_TEST(listener.is_open());
}

BOOST_AUTO_TEST_CASE(a_unix_socket_in_use_is_not_taken_over) {
  const Folder folder;
  const Listener first(folder.socket());
  BOOST_CHECK_THROW(Listener second(folder.socket()), std::system_error);
  BOOST_TEST(std::filesystem::exists(folder.socket().path()));
}

BOOST_AUTO_TEST_CASE(a_file_is_never_taken_for_an_old_socket) {
  const Folder folder;
  std::filesystem::create_directory(folder.path / "s");
  BOOST_CHECK_EXCEPTION(
      Listener second(folder.socket()), std::system_error, [&](const std::system_error& error) {
        return error.code() == std::errc::file_exists &&
               std::string(error.what()) == "cannot listen on " + folder.socket().to_string() +
                                                ", which is no socket: file exists";
      });
  BOOST_TEST(std::filesystem::is_directory(folder.path / "s"));
}

BOOST_AUTO_TEST_CASE(what_another_has_put_in_its_place_stays) {
  const Folder folder;
  Listener first(folder.socket());
  std::filesystem::remove(folder.path / "s");
  const Listener second(folder.socket());
  first.close();
  BOOST_TEST(connect_stream(folder.socket()).is_open());
}

BOOST_AUTO_TEST_CASE(a_file_in_its_place_stays) {
  const Folder folder;
  Listener listener(folder.socket());
  std::filesystem::remove(folder.path / "s");
  std::filesystem::create_directory(folder.path / "s");
  listener.close();
  BOOST_TEST(std::filesystem::is_directory(folder.path / "s"));
}

BOOST_AUTO_TEST_CASE(the_child_of_a_fork_leaves_the_socket_to_its_parent) {
  const Folder folder;
  Listener listener(folder.socket());
  test::status_of_child([&] {
    listener.close();
    return 0;
  });
  BOOST_TEST(std::filesystem::exists(folder.path / "s"));
  listener.close();
  BOOST_TEST(!std::filesystem::exists(folder.path / "s"));
}

BOOST_AUTO_TEST_CASE(a_relative_path_is_found_again_elsewhere) {
  const Folder folder;
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(folder.path);
  std::optional<Listener> listener;
  listener.emplace(Endpoint::unix_path("s"));
  std::filesystem::current_path(here);
  BOOST_TEST(std::filesystem::exists(folder.path / "s"));
  listener.reset();
  BOOST_TEST(!std::filesystem::exists(folder.path / "s"));
}

BOOST_AUTO_TEST_CASE(a_listener_that_moves_takes_its_path_along) {
  const Folder folder;
  std::optional<Listener> first;
  first.emplace(folder.socket());
  Listener second(std::move(*first));
  first.reset();
  BOOST_TEST(std::filesystem::exists(folder.path / "s"));
  second = Listener();
  BOOST_TEST(!std::filesystem::exists(folder.path / "s"));
}

BOOST_AUTO_TEST_CASE(a_server_whose_queue_is_full_is_in_use) {
  const Folder folder;
  const Listener first(folder.socket(), {.backlog = 0});
  const Stream waits = connect_stream(folder.socket());
  BOOST_CHECK_EXCEPTION(
      Listener second(folder.socket()), std::system_error,
      [](const std::system_error& error) { return error.code() == std::errc::address_in_use; });
}

BOOST_AUTO_TEST_CASE(an_abstract_socket_needs_no_file) {
  const auto name = Endpoint::parse("@gnet-test-" + std::to_string(getpid()));
  Listener listener(name);
  const Stream client = connect_stream(name);
  BOOST_TEST(static_cast<bool>(listener.accept().fd));
}

BOOST_AUTO_TEST_CASE(all_interfaces_answer_on_both_families) {
  Listener listener(Endpoint::parse("tcp-l://*:0"));
  const auto port = listener.local_endpoint().port();
  const Stream v4 = connect_stream(Endpoint::of(Transport::tcp, "127.0.0.1", port));
  BOOST_TEST(static_cast<bool>(listener.accept().fd));
}

BOOST_AUTO_TEST_SUITE_END()
