#include "commands/ping_probe.h"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>

#include "cli/client/attempt.h"
#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/http_error.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/protocol/stream_server.h"
#include "gnet/protocol/udp_server_factory.h"
#include "gnet/sync/event.h"
#include "gnet/ws/web_socket_server.h"
#include "tests/unit/cli/command_line.h"

BOOST_AUTO_TEST_SUITE(ping_probe)

using namespace std::chrono_literals;
using commands::make_ping_probe;
using commands::PingAnswer;
using commands::PingOptions;
using commands::PingProbe;

namespace {

constexpr gnet::Duration kPatience = 20s;

PingAnswer answer_of(PingProbe& probe, std::uint64_t sequence = 1) {
  return probe.send(sequence, gnet::Deadline(kPatience));
}

std::string reason_of(PingProbe& probe, gnet::Duration limit = kPatience) {
  const gnet::Deadline deadline(limit);
  return cli::attempt(deadline, [&] { static_cast<void>(probe.send(1, deadline)); }).reason;
}

std::string names(const PingAnswer& answer) {
  std::string text;
  for (const auto& phase : answer.phases) text += phase.name + std::string(" ");
  return text;
}

// What is wrong with a target.
std::string problem(const std::string& text, const PingOptions& options = {}) {
  return test::usage_error([&] { static_cast<void>(make_ping_probe(text, options)); });
}

// Answers each datagram with what a function makes of it.
struct Answering : gnet::UDPServerFactory {
  explicit Answering(std::function<std::string(std::string_view)> function)
      : UDPServerFactory("127.0.0.1:0"), answer(std::move(function)) {
    start();
  }
  ~Answering() override { end(); }
  void datagram_received(std::string_view data, const gnet::SocketAddress& peer) override {
    send_to(answer(data), peer);
  }
  std::function<std::string(std::string_view)> answer;
};

struct WebServer {
  using Handler = std::function<void(gnet::http::Request&, gnet::http::Response&)>;
  explicit WebServer(Handler handler) : factory("127.0.0.1:0", std::move(handler)) {
    factory.start();
  }
  [[nodiscard]] std::string url(std::string_view scheme) const {
    return fmt::format("{}://{}/", scheme, factory.local_endpoint().short_name());
  }
  gnet::HTTPServerFactory factory;
};

// A WebSocket on each connection, which a function has.
WebServer::Handler with_socket(std::function<void(gnet::ws::WebSocket&)> function) {
  return [function](gnet::http::Request& request, gnet::http::Response& response) {
    gnet::ws::serve(request, response, function);
  };
}

void read_all(gnet::ws::WebSocket& socket) {
  while (socket.receive()) {
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(targets_are_named_as_they_are_asked) {
  PingOptions options;
  const auto name = [&](const std::string& text) { return make_ping_probe(text, options)->name(); };
  BOOST_TEST(name(":6011") == "tcp://127.0.0.1:6011");
  BOOST_TEST(name("udp://a:1") == "udp://a:1");
  BOOST_TEST(name("/run/x") == "unix:///run/x");
  BOOST_TEST(name("http://u:secret@a.test") == "http://a.test/");
  BOOST_TEST(name("HTTPS://a.test/x") == "https://a.test/x");
  BOOST_TEST(name("dns://127.0.0.1:5353/a.test?type=mx") == "dns://127.0.0.1:5353/a.test?type=mx");
  BOOST_TEST(name("DNS:a.test").ends_with("/a.test"));
  options.to.tls = true;
  BOOST_TEST(name("a:1") == "tls://a:1");
  BOOST_TEST(make_ping_probe("a:1", options)->nature().secure);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_is_refused) {
  BOOST_TEST(problem("exec:cat") == "bad target 'exec:cat': there is no network in between");
  BOOST_TEST(problem("tcp-l://:1") == "bad target 'tcp-l://:1': this is the listening side");
  BOOST_CHECK_THROW(static_cast<void>(make_ping_probe("example.org", {})), gnet::BadEndpoint);
  BOOST_TEST(problem("dns:") == "bad target 'dns:': a name is missing; the root is '.'");
  BOOST_TEST(problem("dns://a") == "bad target 'dns://a': must be dns://SERVER/NAME");
  BOOST_TEST(problem("dns://127.0.0.1/" + std::string(64, 'x') + ".test") != "");
  for (const char* query : {"", "type=", "type=NONE", "class=IN", "type=A&type=B"}) {
    BOOST_TEST(problem(std::string("dns://127.0.0.1/a?") + query) != "", query);
  }
  PingOptions secure;
  secure.to.tls = true;
  BOOST_TEST(problem("http://a/", secure) ==
             "--tls is for TCP and ws, not for http://a/: write https");
}

BOOST_AUTO_TEST_CASE(sizes_are_for_what_is_sent_back) {
  PingOptions options;
  options.size = cli::Size{126};
  BOOST_TEST(problem("tcp://a:1", options) == "");
  BOOST_TEST(problem("udp://a:1", options) == "");
  BOOST_TEST(problem("ws://a:1", options) == "--size must be from 1 to 125 for ws://a:1");
  options.size = cli::Size{0};
  BOOST_TEST(problem("udp://a:1", options) == "--size must be from 1 to 65507 for udp://a:1");
}

BOOST_AUTO_TEST_CASE(a_connection_is_made_and_has_phases) {
  gnet::StreamServer server("127.0.0.1:0", [](gnet::AnyStream&) {});
  server.start();
  const auto probe = make_ping_probe(server.local_endpoint().to_string(), {});
  const PingAnswer answer = answer_of(*probe);
  BOOST_TEST(names(answer) == "connect ");
  BOOST_TEST((answer.time == answer.phases.front().time));
  BOOST_TEST((answer.time > 0ns));
  server.stop();
  BOOST_TEST(reason_of(*probe) == "connection refused");
}

BOOST_AUTO_TEST_CASE(a_datagram_is_answered_by_the_same) {
  std::size_t size = 0;
  const Answering echo([&](std::string_view data) {
    size = data.size();
    return std::string(data);
  });
  const auto probe = make_ping_probe(echo.local_endpoint().to_string(), {});
  BOOST_TEST(names(answer_of(*probe)) == "answer ");
  BOOST_TEST(size == 56U);
  const Answering other([](std::string_view data) { return std::string(data) + "x"; });
  const auto wrong = make_ping_probe(other.local_endpoint().to_string(), {});
  BOOST_TEST(reason_of(*wrong) == "the answer is not what was sent");
}

BOOST_AUTO_TEST_CASE(any_status_of_dns_is_an_answer) {
  const Answering server([](std::string_view query) {
    std::string answer(query);
    answer[2] = '\x81';
    answer[3] = '\x85';
    return answer;
  });
  const std::string port = std::to_string(server.local_endpoint().port());
  const auto probe = make_ping_probe("dns://127.0.0.1:" + port + "/a.test", {});
  const PingAnswer answer = answer_of(*probe);
  BOOST_TEST(answer.rcode == "REFUSED");
  BOOST_TEST(names(answer) == "answer ");
}

BOOST_AUTO_TEST_CASE(any_status_of_http_is_an_answer) {
  std::string method;
  const WebServer server([&](gnet::http::Request& request, gnet::http::Response&) {
    method = request.method();
    throw gnet::http::HTTPError(503, "busy");
  });
  const auto probe = make_ping_probe(server.url("http"), {});
  const PingAnswer answer = answer_of(*probe);
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(method == "HEAD");
  BOOST_TEST(names(answer) == "connect first_byte ");
  BOOST_TEST((answer.time == answer.phases[0].time + answer.phases[1].time));
}

BOOST_AUTO_TEST_CASE(who_never_answers_is_late) {
  const WebServer server([](gnet::http::Request&, gnet::http::Response&) { gnet::Event().wait(); });
  const auto probe = make_ping_probe(server.url("http"), {});
  BOOST_TEST(reason_of(*probe, 50ms) == "no answer within 50ms");
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_of_http_is_an_error) {
  gnet::StreamServer server("127.0.0.1:0", [](gnet::AnyStream& stream) {
    stream.send_all("SSH-2.0-x\r\n");
    stream.shutdown_send();
  });
  server.start();
  const auto probe = make_ping_probe("http://" + server.local_endpoint().short_name(), {});
  BOOST_TEST(reason_of(*probe) != "");
}

BOOST_AUTO_TEST_CASE(a_websocket_stays_open_for_all_pings) {
  int connections = 0;
  const WebServer server(with_socket([&](gnet::ws::WebSocket& socket) {
    ++connections;
    read_all(socket);
  }));
  const auto probe = make_ping_probe(server.url("ws"), {});
  BOOST_TEST(names(answer_of(*probe, 1)) == "connect upgrade answer ");
  BOOST_TEST(names(answer_of(*probe, 2)) == "answer ");
  auto third = gnet::spawn([&] { return answer_of(*probe, 3).time; });
  auto fourth = gnet::spawn([&] { return answer_of(*probe, 4).time; });
  BOOST_TEST((third.get() > 0ns));
  BOOST_TEST((fourth.get() > 0ns));
  BOOST_TEST(connections == 1);
}

BOOST_AUTO_TEST_CASE(a_websocket_that_has_ended_is_opened_again) {
  gnet::Event close;
  const WebServer closing(with_socket([&](gnet::ws::WebSocket& socket) {
    auto reader = gnet::spawn([&] { read_all(socket); });
    close.wait();
    socket.close(1001);
    reader.join();
  }));
  const auto probe = make_ping_probe(closing.url("ws"), {});
  BOOST_TEST(names(answer_of(*probe, 1)) == "connect upgrade answer ");
  close.set();
  gnet::sleep(20ms);
  close.clear();
  // It may be the one that finds out.
  const auto second =
      cli::attempt(gnet::Deadline(kPatience), [&] { static_cast<void>(answer_of(*probe, 2)); });
  BOOST_TEST((second.made() || second.reason == "closed 1001"));
  BOOST_TEST((answer_of(*probe, 3).time > 0ns));
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_pong_hears_of_the_end) {
  const WebServer server(with_socket([](gnet::ws::WebSocket& socket) {
    gnet::sleep(20ms);  // nobody receives, and so nobody answers pings
    socket.abort();
  }));
  const auto probe = make_ping_probe(server.url("ws"), {});
  const std::string reason = reason_of(*probe);
  BOOST_TEST(reason != "");
  BOOST_TEST(reason.find("no answer") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_late_pong_is_none_for_the_next_ping) {
  gnet::Event go;
  const WebServer server(with_socket([&](gnet::ws::WebSocket& socket) {
    go.wait();
    read_all(socket);
  }));
  const auto probe = make_ping_probe(server.url("ws"), {});
  BOOST_TEST(reason_of(*probe, 100ms) == "no answer within 100ms");
  auto next = gnet::spawn([&] { return answer_of(*probe, 2).time; });
  gnet::sleep(50ms);
  go.set();
  BOOST_TEST((next.get() >= 40ms));
}

BOOST_AUTO_TEST_SUITE_END()
