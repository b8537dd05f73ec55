#include "gnet/http/client.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "gnet/io/pump.h"
#include "gnet/protocol/stream_server.h"
#include "tests/unit/http/client_servers.h"

BOOST_AUTO_TEST_SUITE(client_proxies)

using namespace test::http_client;

namespace {

// Passes connections through, and answers what is asked of itself.
struct Proxy {
  explicit Proxy(std::string answer = "HTTP/1.1 200 Yes\r\n\r\n")
      : server("tcp://127.0.0.1:0", [this, answer](gnet::AnyStream& stream, const gnet::Endpoint&) {
          heads.push_back(read_until(stream, "\r\n\r\n"));
          const std::string& head = heads.back();
          if (!head.starts_with("CONNECT ")) return stream.send_all(kOk);
          stream.send_all(answer);
          if (answer.find(" 200 ") == answer.npos) return;
          gnet::AnyStream there = gnet::connect(head.substr(8, head.find(" HTTP") - 8));
          static_cast<void>(gnet::pump(stream, there));
        }) {
    server.start();
  }
  [[nodiscard]] URL url(std::string_view user = "") {
    return URL("http://" + std::string(user) +
               "127.0.0.1:" + std::to_string(server.local_endpoint().port()));
  }

  std::vector<std::string> heads;
  gnet::StreamServer server;
};

ClientOptions through(Proxy& proxy, std::string_view user = "") {
  ClientOptions options{.tls = gnet::TLSContext::client({.verify = false})};
  options.proxy.http = options.proxy.https = proxy.url(user);
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_proxy_is_asked_for_the_whole_URL) {
  Proxy proxy;
  Client client(through(proxy, "ada:x@"));
  BOOST_TEST(client.get("http://u:p@a.invalid/x?y").read_all() == "hello");
  BOOST_REQUIRE(proxy.heads.size() == 1);
  const std::string& head = proxy.heads[0];
  BOOST_TEST(head.starts_with("GET http://a.invalid/x?y HTTP/1.1\r\nHost: a.invalid\r\n"));
  BOOST_TEST(head.find("Proxy-Authorization: Basic YWRhOng=\r\n") != head.npos);
  BOOST_TEST(head.find("\r\nAuthorization: Basic dTpw\r\n") != head.npos);
}

BOOST_AUTO_TEST_CASE(a_proxy_gives_way_to_TLS) {
  gnet::TCPServerOptions tcp;
  tcp.tls = gnet::TLSContext::server({.identity = gnet::make_self_signed()});
  Server server(tell, {}, tcp);
  Proxy proxy;
  Client client(through(proxy, "ada:x@"));
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(client
                   .request({.url = URL(server.url("/x", "https")),
                             .headers = {{"Proxy-Authorization", "Basic mine"}}})
                   .read_all() == "GET /x");
  }
  BOOST_REQUIRE(proxy.heads.size() == 1);
  const std::string where = "127.0.0.1:" + std::to_string(server.port());
  BOOST_TEST(proxy.heads[0] == "CONNECT " + where + " HTTP/1.1\r\nHost: " + where +
                                   "\r\nUser-Agent: gnet\r\n"
                                   "Proxy-Authorization: Basic YWRhOng=\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(and_to_upgrades) {
  Script script(
      {answering("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                 "Upgrade: x\r\n\r\n")});
  Proxy proxy;
  Client client(through(proxy));
  BOOST_TEST(client.request({.url = URL(script.url()), .headers = {{"Upgrade", "x"}}}).status() ==
             101);
  BOOST_TEST(proxy.heads[0].starts_with("CONNECT 127.0.0.1:"));
}

BOOST_AUTO_TEST_CASE(a_proxy_may_refuse) {
  Proxy proxy("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
  Client client(through(proxy));
  std::string what;
  BOOST_TEST((failure(client, "https://a.invalid/", &what) == ClientFailure::protocol));
  BOOST_TEST(what == "GET https://a.invalid/: proxy " + proxy.url().authority() +
                         " refuses: 407 Proxy Authentication Required");
  Proxy chatty("HTTP/1.1 200 Yes\r\n\r\nhello");
  Client other(through(chatty));
  BOOST_TEST((failure(other, "https://a.invalid/") == ClientFailure::tls));  // it is no TLS
}

BOOST_AUTO_TEST_CASE(some_hosts_have_no_proxy) {
  Server server(tell);
  Proxy proxy;
  ClientOptions options = through(proxy, "ada:x@");
  options.proxy.except = "127.0.0.1";
  Client client(options);
  BOOST_TEST(client.get(server.url("/x")).read_all() == "GET /x");
  BOOST_TEST(proxy.heads.empty());
}

BOOST_AUTO_TEST_SUITE_END()
