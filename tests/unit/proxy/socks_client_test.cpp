#include "gnet/proxy/socks_client.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/stream.h"
#include "gnet/proxy/proxy_error.h"

BOOST_AUTO_TEST_SUITE(socks_client)

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace gnet::proxy;

namespace {

const SocksTarget kTarget{"a.test", 80};

// What a client says to a proxy that answers so, each answer after so many bytes.
struct Exchange {
  std::string said;
  std::string error;
  ProxyError::Kind kind{};
  std::string rest;  // what is left in the stream
};

Exchange talk(Socks kind, const SocksUser& user,
              const std::vector<std::pair<std::size_t, std::string>>& answers,
              const SocksTarget& target = kTarget) {
  auto [here, there] = gnet::Stream::make_pair();
  Exchange exchange;
  auto proxy = gnet::spawn([&, &there = there] {
    for (const auto& [size, answer] : answers) {
      std::string bytes(size, '\0');
      std::size_t had = 0;
      while (had < size) {
        const std::size_t count = there.receive(bytes.data() + had, size - had, 5s);
        if (count == 0) return;
        had += count;
      }
      exchange.said += bytes;
      for (const char c : answer) there.send_all({&c, 1});  // byte by byte
    }
    there.shutdown_send();
  });
  try {
    socks_connect(here, kind, target, user, 5s);
    proxy.join();
    char rest[100];
    exchange.rest.assign(rest, here.receive(rest, sizeof rest, 5s));
  } catch (const ProxyError& error) {
    exchange.error = error.what();
    exchange.kind = error.kind();
  } catch (const gnet::ConnectionLost& error) {
    exchange.error = error.what();
  }
  here.close();
  proxy.join();
  return exchange;
}

const std::string kDone = "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"s;

}  // namespace

BOOST_AUTO_TEST_CASE(a_name_goes_to_the_proxy) {
  const Exchange exchange = talk(Socks::v5h, {}, {{3, "\x05\x00"s}, {13, kDone + "SSH-2.0"}});
  BOOST_TEST(exchange.error == "");
  BOOST_TEST(exchange.said ==
             "\x05\x01\x00\x05\x01\x00\x03\x06"
             "a.test\x00\x50"s);
  // Not a byte of the server's is taken.
  BOOST_TEST(exchange.rest.substr(0, 1) == "S");
}

BOOST_AUTO_TEST_CASE(a_name_is_resolved_here_for_those_who_want_it) {
  const Exchange exchange =
      talk(Socks::v4, {}, {{9, "\x00\x5a\x00\x00\x00\x00\x00\x00"s}}, {"127.0.0.1", 80});
  BOOST_TEST(exchange.error == "");
  BOOST_TEST(exchange.said == "\x04\x01\x00\x50\x7f\x00\x00\x01\x00"s);
}

BOOST_AUTO_TEST_CASE(a_user_logs_in_where_the_proxy_wants_it) {
  const SocksUser user{"me", "pass"};
  const Exchange exchange =
      talk(Socks::v5h, user, {{4, "\x05\x02"s}, {9, "\x01\x00"s}, {13, kDone}});
  BOOST_TEST(exchange.error == "");
  const Exchange wrong = talk(Socks::v5h, user, {{4, "\x05\x02"s}, {9, "\x01\x01"s}});
  BOOST_TEST(wrong.error == "the proxy refuses: wrong user or password");
  BOOST_TEST((wrong.kind == ProxyError::login));
  const Exchange nobody = talk(Socks::v5h, {}, {{3, "\x05\xff"s}});
  BOOST_TEST(nobody.error == "the proxy refuses: it wants a user and a password");
}

BOOST_AUTO_TEST_CASE(a_refusal_says_why) {
  const Exchange exchange =
      talk(Socks::v5h, {}, {{3, "\x05\x00"s}, {13, "\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"s}});
  BOOST_TEST(exchange.error == "the proxy refuses: not allowed");
  BOOST_TEST((exchange.kind == ProxyError::refused));
  const Exchange four = talk(Socks::v4a, {}, {{16, "\x00\x5b\x00\x00\x00\x00\x00\x00"s}});
  BOOST_TEST(four.error == "the proxy refuses the connection");
}

BOOST_AUTO_TEST_CASE(what_is_no_proxy_is_found_out) {
  const Exchange exchange = talk(Socks::v5h, {}, {{3, "HTTP/1.1 400 Bad Request\r\n\r\n"}});
  BOOST_TEST((exchange.kind == ProxyError::malformed));
  BOOST_TEST(exchange.error == "the answer of the SOCKS proxy is malformed");
  const Exchange unasked = talk(Socks::v5h, {}, {{3, "\x05\x02"s}});
  BOOST_TEST(unasked.error == "the proxy refuses: it wants a user and a password");
}

BOOST_AUTO_TEST_CASE(a_proxy_that_hangs_up_or_says_nothing_is_an_error) {
  const Exchange exchange = talk(Socks::v5h, {}, {{3, "\x05"s}});
  BOOST_TEST(exchange.error == "the connection ended in the answer of the SOCKS proxy");
  auto [here, there] = gnet::Stream::make_pair();
  BOOST_CHECK_THROW(socks_connect(here, Socks::v5h, kTarget, {}, 10ms), gnet::TimedOut);
}

BOOST_AUTO_TEST_CASE(nothing_is_said_that_cannot_be_said_whole) {
  const Exchange exchange = talk(Socks::v5h, {}, {}, {"a b", 80});
  BOOST_TEST((exchange.kind == ProxyError::impossible));
  BOOST_TEST(exchange.said == "");
}

BOOST_AUTO_TEST_CASE(schemes_name_the_kind) {
  BOOST_TEST((socks_of("socks5h") == Socks::v5h));
  BOOST_TEST((socks_of("socks4a") == Socks::v4a));
  BOOST_TEST(!socks_of("socks").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
