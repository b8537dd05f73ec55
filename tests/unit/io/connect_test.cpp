#include "gnet/io/connect.h"

#include <unistd.h>

#include <asio/ip/address.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/listener.h"

using namespace gnet;
using namespace std::chrono_literals;

namespace {

// A port on which nobody listens: one that was just given back.
std::uint16_t free_port() {
  return Listener(Endpoint::parse("tcp-l://127.0.0.1:0")).local_endpoint().port();
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

}  // namespace

// The suite has the name of a function of libc.
namespace tests {

BOOST_AUTO_TEST_SUITE(connect)

BOOST_AUTO_TEST_CASE(a_refused_connection_names_the_endpoint_and_the_reason) {
  const auto endpoint = Endpoint::of(Transport::tcp, "127.0.0.1", free_port());
  try {
    static_cast<void>(gnet::connect_stream(endpoint));
    BOOST_ERROR("somebody answered");
  } catch (const std::system_error& error) {
    BOOST_TEST((error.code() == std::errc::connection_refused));
    BOOST_TEST(std::string(error.what()) ==
               "cannot connect to " + endpoint.to_string() + ": connection refused");
  }
}

BOOST_AUTO_TEST_CASE(what_a_stream_cannot_be_is_refused) {
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(gnet::connect_stream("tls://127.0.0.1:1")), BadEndpoint,
      [](const BadEndpoint& error) {
        return std::string(error.what()) ==
               "bad endpoint 'tls://127.0.0.1:1': connect_stream() does not secure "
               "connections: use connect()";
      });
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect_stream("udp://127.0.0.1:1")), BadEndpoint);
}

BOOST_AUTO_TEST_CASE(a_name_with_several_addresses_finds_the_one_that_answers) {
  Listener listener(Endpoint::parse("tcp-l://127.0.0.1:0"));
  const Stream stream = gnet::connect_stream(
      Endpoint::of(Transport::tcp, "localhost", listener.local_endpoint().port()));
  BOOST_TEST(stream.remote_endpoint().port() == listener.local_endpoint().port());
}

BOOST_AUTO_TEST_CASE(addresses_that_are_given_spare_the_resolver) {
  Listener listener(Endpoint::parse("tcp-l://127.0.0.1:0"));
  const std::uint16_t port = listener.local_endpoint().port();
  const auto endpoint = Endpoint::of(Transport::tcp, "nowhere.invalid", port);
  const SocketAddress here(asio::ip::make_address("127.0.0.1"), port);
  const SocketAddress nobody(asio::ip::make_address("127.0.0.9"), port);
  const Stream stream = gnet::connect_stream(endpoint, {.addresses = {nobody, here}});
  BOOST_TEST(stream.remote_endpoint().to_string() == listener.local_endpoint().to_string());
}

BOOST_AUTO_TEST_CASE(a_missing_unix_socket_is_refused) {
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect_stream(Endpoint::parse("/nonexistent/socket"))),
                    std::system_error);
}

BOOST_AUTO_TEST_CASE(failed_attempts_leave_no_descriptor_behind) {
  const auto endpoint = Endpoint::of(Transport::tcp, "localhost", free_port());
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect_stream(endpoint)), std::system_error);
  yield();
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    BOOST_CHECK_THROW(static_cast<void>(gnet::connect_stream(endpoint)), std::system_error);
  }
  yield();
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(the_local_address_can_be_chosen) {
  Listener listener(Endpoint::parse("tcp-l://127.0.0.1:0"));
  const Stream stream = gnet::connect_stream(listener.local_endpoint(),
                                             {.source = Endpoint::parse("tcp://127.0.0.2:0")});
  BOOST_TEST(stream.local_endpoint().host() == "127.0.0.2");
}

BOOST_AUTO_TEST_CASE(the_path_of_a_unix_client_goes_with_it) {
  const std::string path = "/tmp/gnet-connect-test-" + std::to_string(getpid());
  const Listener listener(Endpoint::unix_path(path));
  const auto own = Endpoint::unix_path(path + "-client");
  const auto is_there = [&] { return std::filesystem::exists(own.path()); };
  for (int round = 0; round < 2; ++round) {
    Stream stream = gnet::connect_stream(Endpoint::unix_path(path), {.source = own});
    BOOST_TEST(stream.local_endpoint().path() == own.path());
    Stream moved = std::move(stream);
    BOOST_TEST(is_there());  // a server may look at whose it is
    round == 0 ? moved.close() : moved.abort();
    BOOST_TEST(!is_there());
  }
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect_stream(Endpoint::unix_path(path + "-nobody"),
                                                           {.source = own})),
                    std::system_error);
  BOOST_TEST(!is_there());
}

BOOST_AUTO_TEST_CASE(a_path_goes_with_a_descriptor_that_is_given_away) {
  const std::string path = "/tmp/gnet-connect-test-" + std::to_string(getpid());
  UniqueFd given;
  {
    Listener listener(Endpoint::unix_path(path));
    given = listener.socket().release();
  }
  {
    const Listener taken(std::move(given));
    static_cast<void>(gnet::connect_stream(Endpoint::unix_path(path)));
  }
  BOOST_TEST(std::filesystem::remove(path));  // whose it is now nobody has told
}

BOOST_AUTO_TEST_CASE(messages_stay_apart_on_the_way_to_a_listener_and_back) {
  const auto where =
      Endpoint::unix_path("@gnet-connect-" + std::to_string(getpid()), Transport::unix_seqpacket);
  Listener listener(where.with_listen());
  Stream client = gnet::connect_stream(where);
  Stream server(listener.accept().fd);
  for (Stream* const from : {&client, &server}) {
    Stream& to = from == &client ? server : client;
    char text[3];
    auto reader = spawn([&] { return to.receive(text, sizeof text, 20s); });
    yield();  // it waits now
    for (const char* message : {"a", "bc", "1234", "d"}) from->send_all(message);
    BOOST_TEST(reader.get() == 1u);
    BOOST_TEST(to.receive(text, sizeof text, 20s) == 2u);
    BOOST_CHECK_EXCEPTION(
        to.receive(text, sizeof text, 20s), std::system_error,
        [](const auto& error) { return error.code() == std::errc::message_size; });
    BOOST_TEST(to.receive(text, sizeof text, 20s) == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_serves_asio_s_synchronous_algorithms) {
  Listener listener(Endpoint::parse("tcp-l://127.0.0.1:0"));
  auto echo = spawn([&] {
    Accepted accepted = listener.accept();
    Stream stream(Socket(std::move(accepted.fd)));
    std::string line;
    const std::size_t size = asio::read_until(stream, asio::dynamic_buffer(line), '\n');
    asio::write(stream, asio::buffer(line.substr(0, size)));
  });
  Stream client = gnet::connect_stream(listener.local_endpoint());
  asio::write(client, asio::buffer(std::string("one line\n")));
  std::string answer;
  asio::error_code end;
  asio::read_until(client, asio::dynamic_buffer(answer), '\n', end);
  BOOST_TEST(answer == "one line\n");
  asio::read_until(client, asio::dynamic_buffer(answer), '?', end);
  BOOST_TEST((end == asio::error::eof));
}

BOOST_AUTO_TEST_CASE(an_endpoint_may_be_given_as_its_text) {
  Listener listener("tcp-l://127.0.0.1:0");
  const std::string port = std::to_string(listener.local_endpoint().port());
  const Stream by_string = gnet::connect_stream("localhost:" + port);
  const Stream by_view = gnet::connect_stream(std::string_view(port), {.source = "127.0.0.1:0"});
  BOOST_TEST(by_view.remote_endpoint().to_string() == "tcp://127.0.0.1:" + port);
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect_stream("tcp://:99999")), gnet::BadEndpoint);
}

BOOST_AUTO_TEST_CASE(an_interrupted_connect_closes_what_it_began) {
  // A listener that accepts nothing and has no backlog left lets a connect hang.
  Listener listener(Endpoint::parse("tcp-l://127.0.0.1:0"), {.backlog = 0});
  std::vector<Stream> fillers;
  const std::size_t before = open_descriptors();
  auto attempt = spawn([&] {
    for (;;) fillers.push_back(gnet::connect_stream(listener.local_endpoint(), {.timeout = {}}));
  });
  sleep(20ms);
  attempt.kill();
  BOOST_TEST(open_descriptors() == before + fillers.size());
}

// The kernel says EAGAIN at once, and nothing when there is room again.
BOOST_AUTO_TEST_CASE(a_full_unix_server_is_waited_for) {
  const auto endpoint = Endpoint::unix_path("@gnet-connect-full-" + std::to_string(getpid()));
  Listener listener(endpoint, {.backlog = 0});
  const Stream first = gnet::connect_stream(endpoint);
  const auto begin = Clock::now();
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(gnet::connect_stream(endpoint, {.timeout = 50ms})), std::system_error,
      [](const std::system_error& error) { return error.code() == std::errc::timed_out; });
  BOOST_TEST((Clock::now() - begin >= 50ms));
  auto acceptor = spawn_later(20ms, [&] { listener.accept(); });
  const Stream second = gnet::connect_stream(endpoint, {.timeout = 10s});
  BOOST_TEST(second.is_open());
  acceptor.get();
}

BOOST_AUTO_TEST_CASE(a_deadline_may_be_given_in_the_place_of_options) {
  gnet::Listener listener("127.0.0.1:0");
  const gnet::Deadline deadline = 5s;
  auto plain = gnet::connect(listener.local_endpoint(), deadline);
  auto bare = gnet::connect_stream(listener.local_endpoint(), 5s);
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect(Endpoint::parse("127.0.0.1:1"),
                                                    gnet::ConnectOptions{.deadline = 0s})),
                    std::system_error);
}

BOOST_AUTO_TEST_CASE(a_deadline_counts_instead_of_the_timeout) {
  gnet::ConnectOptions options{.timeout = 1ms};
  BOOST_TEST((options.limit().remaining() <= 1ms));
  options.deadline = 1h;
  BOOST_TEST((options.limit().remaining() > 59min));
  options = {.timeout = {}};
  BOOST_TEST(options.limit().is_never());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
