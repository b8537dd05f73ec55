// What every stream can that Asio's SyncReadStream and SyncWriteStream can.

#include "gnet/io/sync_stream.h"

#include <sys/socket.h>

#include <array>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/fiber/fiber.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/tls_stream.h"

BOOST_AUTO_TEST_SUITE(sync_stream)

using namespace gnet;
using namespace std::string_view_literals;

namespace {

std::pair<Stream, Stream> plain_pair() {
  int fds[2];
  BOOST_TEST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  return {Stream(UniqueFd(fds[0])), Stream(UniqueFd(fds[1]))};
}

// A line there and back, and the end.
template <typename AStream>
void converse(AStream client, AStream server) {
  auto answer = spawn([&] {
    std::string line;
    asio::read_until(server, asio::dynamic_buffer(line), '\n');
    const std::array<asio::const_buffer, 3> parts{asio::buffer("you said "sv), asio::buffer(""sv),
                                                  asio::buffer(line)};
    asio::write(server, parts);
    server.shutdown_send();
  });
  asio::write(client, asio::buffer("ooxx\n"sv));
  std::string text;
  asio::error_code error;
  asio::read(client, asio::dynamic_buffer(text), error);
  BOOST_TEST(text == "you said ooxx\n");
  BOOST_TEST((error == asio::error::eof));
  BOOST_CHECK_THROW(asio::read(client, asio::dynamic_buffer(text)), std::system_error);
  answer.join();
  BOOST_TEST(answer.successful());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream) {
  auto [client, server] = plain_pair();
  converse(std::move(client), std::move(server));
}

BOOST_AUTO_TEST_CASE(a_secured_stream) {
  auto [client, server] = plain_pair();
  converse(TLSStream(std::move(client), TLSContext::client({.verify = false})),
           TLSStream(std::move(server), TLSContext::server({.identity = make_self_signed()})));
}

BOOST_AUTO_TEST_CASE(a_stream_of_either_kind) {
  auto [client, server] = plain_pair();
  converse(AnyStream(std::move(client)), AnyStream(std::move(server)));
}

BOOST_AUTO_TEST_CASE(nothing_is_read_or_written_at_once) {
  auto [client, server] = plain_pair();
  BOOST_TEST(client.read_some(asio::mutable_buffer()) == 0u);
  BOOST_TEST(client.write_some(asio::const_buffer()) == 0u);
  client.close();
  asio::error_code error;
  BOOST_TEST(client.write_some(asio::buffer("x"sv), error) == 0u);
  BOOST_TEST(static_cast<bool>(error));
  BOOST_TEST(&client.lowest_layer() == &client);
}

BOOST_AUTO_TEST_SUITE_END()
