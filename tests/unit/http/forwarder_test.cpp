#include "gnet/http/forwarder.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "gnet/http/client_options.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/io/connect.h"
#include "tests/unit/http/test_server.h"

BOOST_AUTO_TEST_SUITE(forwarder)

using namespace gnet;
using namespace gnet::http;

namespace {

// A server that says what it was asked, and a proxy before it.
struct Forwarding {
  // The whole answer.
  std::string ask(std::string_view method, std::string_view path, std::string_view fields = {}) {
    return proxy.ask(std::string(method) + " http://a.test" + std::string(path), fields);
  }

  int dialled = 0;
  TestServer origin{[](Request& request, Response& response) {
    response.send(std::string(request.target()) + " hops " +
                  std::string(request.header("Max-Forwards").value_or("none")));
  }};
  ClientOptions options;
  TestServer proxy{[this](Request& request, Response& response) {
    Forwarder forwarder(
        [this](const std::string&, std::uint16_t) {
          ++dialled;
          return AnyStream(connect_stream(origin.factory.local_endpoint()));
        },
        options);
    forwarder.forward(request, response);
  }};
};

}  // namespace

BOOST_AUTO_TEST_CASE(options_without_a_path_is_about_the_server) {
  Forwarding to;
  BOOST_TEST(to.ask("OPTIONS", "").ends_with("* hops none"));
  BOOST_TEST(to.ask("OPTIONS", "/").ends_with("/ hops none"));
  BOOST_TEST(to.ask("OPTIONS", "?a").ends_with("/?a hops none"));
  BOOST_TEST(to.ask("GET", "").ends_with("/ hops none"));
}

BOOST_AUTO_TEST_CASE(each_hop_is_one_less_of_those_that_are_left) {
  Forwarding to;
  BOOST_TEST(to.ask("OPTIONS", "/", "Max-Forwards: 2\r\n").ends_with("/ hops 1"));
  BOOST_TEST(to.ask("TRACE", "/", "Max-Forwards: 1\r\n").ends_with("/ hops 0"));
  BOOST_TEST(to.ask("GET", "/", "Max-Forwards: 0\r\n").ends_with("/ hops 0"));
  BOOST_TEST(to.ask("OPTIONS", "/", "Max-Forwards: x\r\n").ends_with("/ hops x"));
}

BOOST_AUTO_TEST_CASE(what_may_go_no_further_is_answered_here) {
  Forwarding to;
  const std::string options = to.ask("OPTIONS", "/", "Max-Forwards: 0\r\n");
  BOOST_TEST(status_of(options) == "204");
  BOOST_TEST(options.find("Allow: GET, ") != options.npos);
  const std::string trace = to.ask("TRACE", "/", "Max-Forwards: 0\r\n");
  BOOST_TEST(status_of(trace) == "405");
  BOOST_TEST(to.dialled == 0);
}

BOOST_AUTO_TEST_SUITE_END()
