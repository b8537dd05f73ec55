#include "gnet/dns/client.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/listener.h"
#include "gnet/io/stream.h"

BOOST_AUTO_TEST_SUITE(dns_client)

using namespace std::chrono_literals;
using namespace std::string_literals;
using gnet::dns::Client;
using gnet::dns::ClientOptions;
using gnet::dns::Reply;
using gnet::dns::Server;

namespace {

constexpr unsigned kBadCookieLow = gnet::dns::kBadCookie & 15;

// What a server sends for a query: any number of messages.
using Messages = std::vector<std::string>;
using Answer = std::function<Messages(const std::string& query)>;

std::string answer_to(const std::string& query, unsigned flags = 0x8180) {
  std::string message = query.substr(0, query.find("\0\0\x29"s, 12));
  message[2] = static_cast<char>(flags >> 8);
  message[3] = static_cast<char>(flags);
  message.replace(6, 6, "\0\1\0\0\0\0"s);
  return message + "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\xc0\x00\x02\x01"s;
}

std::string status(const std::string& query, unsigned rcode) {
  std::string message = answer_to(query, 0x8180 | rcode).substr(0, answer_to(query).size() - 16);
  message.replace(6, 2, "\0\0"s);
  return message;
}

// A name server on UDP and TCP.
class NameServer {
 public:
  explicit NameServer(Answer udp, Answer tcp = {}) : udp_(std::move(udp)), tcp_(std::move(tcp)) {
    while (tcp_ && !listener_.is_open()) listen_beside();
    fibers_.push_back(gnet::spawn([this] { serve_datagrams(); }));
    if (tcp_) fibers_.push_back(gnet::spawn([this] { serve_streams(); }));
  }
  ~NameServer() {
    for (auto& fiber : fibers_) fiber.kill();
  }

  [[nodiscard]] Server server() const { return Server(socket_.local_endpoint()); }
  int queries = 0;
  int connections = 0;

 private:
  // At the port of UDP, which of TCP may be somebody else's: then another one is tried.
  void listen_beside() {
    try {
      listener_ = gnet::Listener(socket_.local_endpoint().to_string().replace(0, 3, "tcp-l"));
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::address_in_use) throw;
      socket_ = gnet::DatagramSocket::bind("udp-l://127.0.0.1:0");
    }
  }

  void serve_datagrams() {
    char buffer[2048];
    gnet::SocketAddress peer;
    for (;;) {
      const auto size = socket_.receive(buffer, sizeof buffer, peer);
      ++queries;
      for (const auto& message : udp_({buffer, *size})) socket_.send(message, peer);
    }
  }

  void serve_streams() {
    for (;;) {
      gnet::Stream stream(listener_.accept().fd);
      ++connections;
      char buffer[2048];
      while (const std::size_t size = stream.receive(buffer, sizeof buffer)) {
        const auto messages = tcp_({buffer + 2, size - 2});
        if (messages.empty()) break;
        for (const auto& message : messages) {
          const char size_bytes[] = {static_cast<char>(message.size() >> 8),
                                     static_cast<char>(message.size())};
          stream.send_all(std::string(size_bytes, 2) + message);
        }
      }
    }
  }

  Answer udp_;
  Answer tcp_;
  gnet::DatagramSocket socket_ = gnet::DatagramSocket::bind("udp-l://127.0.0.1:0");
  gnet::Listener listener_;
  std::vector<gnet::Fiber<>> fibers_;
};

Messages good(const std::string& query) {
  return {answer_to(query)};
}

Messages silent(const std::string&) {
  return {};
}

std::string address_in(const Reply& reply) {
  return reply.message.answers.at(0).text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_question_is_one_line) {
  NameServer there(good);
  const Reply reply = gnet::dns::query(there.server(), {"a.test"}, 5s);
  BOOST_TEST(address_in(reply) == "192.0.2.1");
  BOOST_TEST(reply.server.to_string() == there.server().to_string());
  BOOST_TEST(reply.sent == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_passed_over) {
  NameServer there([](const std::string& query) -> Messages {
    std::string other_id = answer_to(query);
    other_id[0] ^= 1;
    std::string other_name = answer_to(query);
    other_name[13] = 'b';
    return {"", "garbage", other_id, other_name, query, answer_to(query)};
  });
  BOOST_TEST(address_in(gnet::dns::query(there.server(), {"a.test"}, 5s)) == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(an_answer_from_elsewhere_is_passed_over) {
  gnet::DatagramSocket other = gnet::DatagramSocket::bind("udp-l://127.0.0.1:0");
  gnet::DatagramSocket there = gnet::DatagramSocket::bind("udp-l://127.0.0.1:0");
  auto fiber = gnet::spawn([&] {
    char buffer[512];
    gnet::SocketAddress peer;
    const auto size = there.receive(buffer, sizeof buffer, peer);
    std::string forged = answer_to({buffer, *size});
    forged.back() = '\x63';
    other.send(forged, peer);
    there.send(answer_to({buffer, *size}), peer);
  });
  const Server server{there.local_endpoint()};
  BOOST_TEST(address_in(gnet::dns::query(server, {"a.test"}, 5s)) == "192.0.2.1");
  fiber.join();
}

BOOST_AUTO_TEST_CASE(numbers_and_ports_differ_from_query_to_query) {
  std::vector<std::string> ids;
  NameServer there([&](const std::string& query) {
    ids.push_back(query.substr(0, 2));
    return good(query);
  });
  Client client({there.server()});
  for (int i = 0; i < 50; ++i) static_cast<void>(client.query({"a.test"}, 5s));
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  BOOST_TEST(ids.size() > 40U);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_silent_is_asked_again_in_time) {
  int left = 2;
  NameServer there([&](const std::string& query) { return left-- > 0 ? Messages{} : good(query); });
  Client client({there.server()});
  const Reply reply = client.query({"a.test"}, 900ms);
  BOOST_TEST(reply.sent == 3U);
}

BOOST_AUTO_TEST_CASE(without_an_answer_it_is_too_late) {
  NameServer there(silent);
  Client client({there.server()}, {.retries = 1});
  BOOST_CHECK_EXCEPTION(static_cast<void>(client.query({"a.test"}, 100ms)), gnet::TimedOut,
                        [&](const gnet::TimedOut& error) {
                          return std::string_view(error.what())
                              .starts_with("no answer from " + there.server().to_string());
                        });
  BOOST_TEST(there.queries == 2);
}

BOOST_AUTO_TEST_CASE(what_is_truncated_comes_over_tcp) {
  NameServer there([](const std::string& query) { return Messages{answer_to(query, 0x8380)}; },
                   good);
  Client client({there.server()});
  for (int i = 0; i < 3; ++i) {
    const Reply reply = client.query({"a.test"}, 5s);
    BOOST_TEST(reply.over_tcp);
    BOOST_TEST(reply.server.to_string().starts_with("tcp://"));
  }
  BOOST_TEST(there.connections == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_meanwhile_is_made_again) {
  int left = 1;
  NameServer there(silent, [&](const std::string& query) {
    return left-- > 0 ? good(query) : left == -1 ? Messages{} : good(query);
  });
  Client client({there.server().over_tcp()});
  for (int i = 0; i < 2; ++i) static_cast<void>(client.query({"a.test"}, 5s));
  BOOST_TEST(there.connections == 2);
}

BOOST_AUTO_TEST_CASE(a_stream_that_answers_something_else_is_at_fault) {
  NameServer there(silent, [](const std::string& query) {
    std::string other = answer_to(query);
    other[0] ^= 1;
    return Messages{other};
  });
  BOOST_CHECK_THROW(static_cast<void>(gnet::dns::query(there.server().over_tcp(), {"a.test"}, 5s)),
                    gnet::dns::BadMessage);
}

BOOST_AUTO_TEST_CASE(who_has_not_answered_as_it_should_is_named) {
  NameServer ending(silent, silent);
  NameServer wrong(silent,
                   [](const std::string& query) { return Messages{answer_to(query, 0x8380)}; });
  const auto names = [](const Server& server) {
    return [name = server.to_string()](const std::exception& error) {
      return std::string_view(error.what()).starts_with(name);
    };
  };
  const Server first = ending.server().over_tcp();
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::dns::query(first, {"a.test"}, 5s)),
                        gnet::ConnectionLost, names(first));
  const Server second = wrong.server().over_tcp();
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::dns::query(second, {"a.test"}, 5s)),
                        gnet::dns::BadMessage, names(second));
}

BOOST_AUTO_TEST_CASE(the_next_server_is_asked_when_one_is_of_no_use) {
  NameServer deaf(silent);
  NameServer failing([](const std::string& query) { return Messages{status(query, 2)}; });
  NameServer there(good);
  Client client({deaf.server(), failing.server(), there.server()});
  const Reply reply = client.query({"a.test"}, 900ms);
  BOOST_TEST(reply.server.to_string() == there.server().to_string());
  Client second({failing.server(), deaf.server()}, {.retries = 0});
  BOOST_TEST(second.query({"a.test"}, 100ms).message.rcode == gnet::dns::kServFail);
}

BOOST_AUTO_TEST_CASE(a_cookie_that_the_server_insists_on_is_sent) {
  const auto cookie_in = [](const std::string& query) {
    const std::size_t at = query.find("\0\x0a\0"s, 20);
    return query.substr(at + 4, static_cast<unsigned char>(query[at + 3]));
  };
  NameServer there([&](const std::string& query) {
    const std::string cookie = cookie_in(query);
    const bool known = cookie.size() == 16;
    std::string message = known ? answer_to(query) : status(query, kBadCookieLow);
    message[11] = 1;
    return Messages{message + "\0\0\x29\x04\xd0"s + (known ? '\0' : '\1') +
                    "\0\0\0\0\x14\0\x0a\0\x10"s + cookie.substr(0, 8) + "12345678"};
  });
  Client client({there.server()}, {.cookie = true});
  BOOST_TEST(address_in(client.query({"a.test"}, 5s)) == "192.0.2.1");
  BOOST_TEST(there.queries == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_with_another_cookie_is_none) {
  NameServer there([&](const std::string& query) {
    std::string message = answer_to(query);
    message[11] = 1;
    return Messages{message + "\0\0\x29\x04\xd0\0\0\0\0\0\x14\0\x0a\0\x10"s + "not mine12345678"};
  });
  Client client({there.server()}, {.retries = 0, .cookie = true});
  BOOST_CHECK_THROW(static_cast<void>(client.query({"a.test"}, 50ms)), gnet::TimedOut);
}

BOOST_AUTO_TEST_CASE(any_number_of_fibers_ask_at_a_time) {
  NameServer there(good);
  Client client({there.server()});
  std::vector<gnet::Fiber<>> fibers;
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    fibers.push_back(gnet::spawn([&] {
      static_cast<void>(client.query({"a.test"}, 5s));
      ++answered;
    }));
  }
  for (auto& fiber : fibers) fiber.join();
  BOOST_TEST(answered == 100);
}

BOOST_AUTO_TEST_SUITE_END()
