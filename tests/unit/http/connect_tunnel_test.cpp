#include "gnet/http/connect_tunnel.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/stream.h"
#include "gnet/proxy/proxy_error.h"

BOOST_AUTO_TEST_SUITE(connect_tunnel)

using namespace std::chrono_literals;
using gnet::AnyStream;
using gnet::proxy::ProxyError;

namespace {

struct Exchange {
  std::string said;
  std::string error;
  std::string first;  // that came through
};

Exchange talk(const std::string& answer, const gnet::http::TunnelOptions& options = {}) {
  auto [here, there] = gnet::Stream::make_pair();
  Exchange exchange;
  auto proxy = gnet::spawn([&, &there = there] {
    char buffer[1000];
    while (!exchange.said.ends_with("\r\n\r\n")) {
      const std::size_t count = there.receive(buffer, sizeof buffer, 5s);
      if (count == 0) return;
      exchange.said.append(buffer, count);
    }
    there.send_all(answer);
    there.shutdown_send();
  });
  try {
    AnyStream stream =
        gnet::http::connect_tunnel(AnyStream(std::move(here)), "a.test:22", options, 5s);
    char buffer[1000];
    while (const std::size_t count = stream.receive(buffer, sizeof buffer, 5s)) {
      exchange.first.append(buffer, count);
    }
  } catch (const std::exception& error) {
    exchange.error = error.what();
  }
  proxy.join();
  return exchange;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_proxy_is_asked_for_a_way_through) {
  const Exchange exchange = talk("HTTP/1.1 200 OK\r\n\r\n", {.authorization = "Basic eDp5"});
  BOOST_TEST(exchange.error == "");
  BOOST_TEST(exchange.said ==
             "CONNECT a.test:22 HTTP/1.1\r\nHost: a.test:22\r\nProxy-Authorization: Basic "
             "eDp5\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_server_may_speak_first) {
  const Exchange exchange =
      talk("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 Connection established\r\n\r\nSSH-2.0-x");
  BOOST_TEST(exchange.error == "");
  BOOST_TEST(exchange.first == "SSH-2.0-x");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told) {
  BOOST_TEST(talk("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n").error ==
             "the proxy refuses: 407 Proxy Authentication Required");
  BOOST_TEST(talk("HTTP/1.1 502 Bad\r\n\r\n").error == "the proxy refuses: 502 Bad Gateway");
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_an_error) {
  BOOST_TEST(talk("SSH-2.0-x\r\n\r\n").error.starts_with("the proxy does not speak HTTP"));
  BOOST_TEST(talk("").error == "the proxy closed the connection without an answer");
  BOOST_TEST(talk("HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'x')).error != "");
  auto [here, there] = gnet::Stream::make_pair();
  BOOST_CHECK_THROW(static_cast<void>(gnet::http::connect_tunnel(AnyStream(std::move(here)),
                                                                 "a.test:22", {}, 10ms)),
                    gnet::TimedOut);
}

BOOST_AUTO_TEST_SUITE_END()
