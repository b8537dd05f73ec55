#include "gnet/io/connect.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <system_error>

#include "gnet/base/error.h"
#include "gnet/io/listener.h"
#include "gnet/protocol/stream_server.h"
#include "tests/unit/io/temporary_file.h"
#include "tests/unit/io/tls_pair.h"

BOOST_AUTO_TEST_SUITE(connect_tls)

using namespace gnet;
using namespace std::chrono_literals;

namespace {

void greet(AnyStream& stream) {
  stream.send_all("hello");
}

std::string greeting(AnyStream stream) {
  std::string text(100, '\0');
  text.resize(stream.receive(text.data(), text.size(), test::kPatience));
  return text;
}

// Greets over TLS, as localhost.
struct Secured : StreamServer {
  Secured() : StreamServer("127.0.0.1:0", greet, {.tls = test::usual_server()}) { start(); }

  [[nodiscard]] std::string url(const std::string& options) const {
    return local_endpoint().to_string() + options;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_endpoint_without_tls_gets_a_plain_stream) {
  StreamServer server("127.0.0.1:0", greet);
  server.start();
  AnyStream stream = gnet::connect(server.local_endpoint());
  BOOST_TEST(stream.tls() == nullptr);
  BOOST_TEST(greeting(std::move(stream)) == "hello");
}

BOOST_AUTO_TEST_CASE(an_endpoint_of_tls_says_whom_it_believes) {
  const test::TemporaryFile authority(test::localhost().certificate);
  Secured server;
  AnyStream stream = gnet::connect(server.url("?sni=localhost&cacert=" + authority.name()));
  BOOST_TEST_REQUIRE(stream.tls() != nullptr);
  BOOST_TEST(stream.tls()->session().established());
  BOOST_TEST(greeting(std::move(stream)) == "hello");
}

BOOST_AUTO_TEST_CASE(a_server_that_nobody_vouches_for_is_not_believed) {
  Secured server;
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect(server.local_endpoint())), TLSError);
}

BOOST_AUTO_TEST_CASE(a_server_with_another_name_is_not_believed) {
  Secured server;
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect(server.url("?sni=example.org"), {},
                                                    TLSContext::client(test::believing()))),
                    TLSError);
}

BOOST_AUTO_TEST_CASE(a_context_secures_any_endpoint) {
  Secured server;
  AnyStream stream = gnet::connect(server.local_endpoint().with_tls(false), {},
                                   TLSContext::client({.verify = false}));
  BOOST_TEST(greeting(std::move(stream)) == "hello");
}

BOOST_AUTO_TEST_CASE(a_context_of_a_server_is_misuse) {
  BOOST_CHECK_THROW(static_cast<void>(gnet::connect("127.0.0.1:1", {}, test::usual_server())),
                    Misuse);
}

BOOST_AUTO_TEST_CASE(the_timeout_includes_the_handshake) {
  const Listener silent("tcp-l://127.0.0.1:0");
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(gnet::connect(silent.local_endpoint().with_tls(), {.timeout = 20ms})),
      std::system_error,
      [](const std::system_error& error) { return error.code() == std::errc::timed_out; });
}

BOOST_AUTO_TEST_SUITE_END()
