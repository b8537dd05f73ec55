#include "gnet/link/open.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "gnet/fiber/fiber.h"
#include "gnet/io/datagram.h"
#include "gnet/io/pump.h"
#include "gnet/link/peer_server.h"
#include "gnet/protocol/stream_server.h"
#include "gnet/protocol/tcp_server_factory.h"
#include "gnet/proxy/socks_message.h"

namespace tests {  // ::open is a function

BOOST_AUTO_TEST_SUITE(open)

using namespace std::chrono_literals;
using gnet::AnyStream;
using gnet::BadEndpoint;
using gnet::Endpoint;
using gnet::link::open_messages;
using gnet::link::open_stream;
using gnet::link::Peer;
using gnet::link::PeerHandler;

namespace {

constexpr std::size_t kMuch = 3'000'000;

std::string receive_all(gnet::ByteStream& stream) {
  std::string all;
  std::string buffer(65536, '\0');
  while (const std::size_t n = stream.receive(buffer.data(), buffer.size(), 20s)) {
    all.append(buffer, 0, n);
  }
  return all;
}

std::string numbered(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + "\n";
  text.resize(size);
  return text;
}

// Sends, ends what it says, and gives what comes back until the other side has ended as well.
std::string exchange(AnyStream& stream, const std::string& text) {
  auto sender = gnet::spawn([&] {
    stream.send_all(text);
    stream.shutdown_send();
  });
  std::string all = receive_all(stream);
  sender.get();
  return all;
}

void echo(Peer& peer) {
  std::string buffer(65536, '\0');
  while (const std::size_t n = peer.stream().receive(buffer.data(), buffer.size())) {
    peer.stream().send_all(std::string_view(buffer).substr(0, n));
  }
  peer.stream().shutdown_send();
}

// Serves an endpoint by a PeerHandler.
class PeerServer : public gnet::TCPServerFactory {
 public:
  PeerServer(const Endpoint& endpoint, PeerHandler handler)
      : TCPServerFactory(endpoint), endpoint_(endpoint), handler_(std::move(handler)) {
    start();
  }
  ~PeerServer() override { end(); }
  std::unique_ptr<gnet::Connection> build_connection() override {
    return gnet::link::peer_connection(endpoint_, handler_, options_);
  }

 private:
  const Endpoint endpoint_;
  PeerHandler handler_;
  gnet::link::PeerOptions options_;
};

std::string problem(const char* text) {
  try {
    static_cast<void>(open_stream(text));
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

struct Folder {
  Folder() {
    char name[] = "/tmp/gnet-open-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { static_cast<void>(std::system(("rm -rf " + path).c_str())); }
  std::string path;
};

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_program_is_a_stream_whose_input_can_end) {
  AnyStream cat = open_stream("exec:cat");
  const std::string text = numbered(kMuch);
  BOOST_TEST((exchange(cat, text) == text));
  AnyStream words = open_stream("exec:printf '%s.' 'a b' c");
  BOOST_TEST(receive_all(words) == "a b.c.");
  AnyStream shell = open_stream("sh:tr a-z A-Z | sed s/^/x/");
  BOOST_TEST(exchange(shell, "hello\n") == "xHELLO\n");
}

BOOST_AUTO_TEST_CASE(a_program_ends_with_its_stream) {
  std::string pid;
  const auto began = std::chrono::steady_clock::now();
  {
    // One that ignores its pipes.
    AnyStream stream = open_stream("sh:echo $$; exec sleep 1000");
    char buffer[64];
    pid.assign(buffer, stream.receive(buffer, sizeof buffer, 20s));
  }
  BOOST_TEST(kill(std::stoi(pid), 0) == -1);
  BOOST_TEST((std::chrono::steady_clock::now() - began < 500s));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_run_or_opened_says_so) {
  BOOST_TEST(problem("exec:/nonexistent/x") ==
             "cannot run '/nonexistent/x': no such file or directory");
  BOOST_TEST(problem("file:/nonexistent/x") ==
             "cannot open file:/nonexistent/x: no such file or directory");
  BOOST_TEST(problem("fd:1234") == "cannot use fd:1234: bad file descriptor");
  BOOST_TEST(problem("systemd:x").find("'systemd' only listens") != std::string::npos);
  BOOST_TEST(problem("tcp-l://:1").find("this is the listening side") != std::string::npos);
  BOOST_CHECK_THROW(static_cast<void>(open_messages("exec:cat")), BadEndpoint);
}

BOOST_AUTO_TEST_CASE(files_are_read_or_written) {
  const Folder folder;
  const std::string path = folder.path + "/x";
  const auto write = [&](const std::string& option, std::string_view text) {
    AnyStream file = open_stream("file:" + path + option);
    char byte = 0;
    BOOST_TEST(file.receive(&byte, 1) == 0U);
    file.send_all(text);
    file.shutdown_send();
  };
  write("?append=1", "one\n");
  write("?append=1", "two\n");
  BOOST_TEST(content(path) == "one\ntwo\n");
  AnyStream file = open_stream("file:" + path);
  BOOST_TEST(receive_all(file) == "one\ntwo\n");
  BOOST_CHECK_EXCEPTION(file.send_all("x"), std::system_error, [](const auto& error) {
    return std::string_view(error.what()).find("?append=1") != std::string_view::npos;
  });
  write("?truncate=1", "three\n");
  BOOST_TEST(content(path) == "three\n");
}

BOOST_AUTO_TEST_CASE(a_fifo_is_read_and_written) {
  const Folder folder;
  const std::string path = folder.path + "/fifo";
  BOOST_REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  AnyStream fifo = open_stream("file:" + path);
  fifo.send_all("through\n");
  char buffer[64];
  BOOST_TEST(std::string(buffer, fifo.receive(buffer, sizeof buffer, 20s)) == "through\n");
}

BOOST_AUTO_TEST_CASE(some_make_their_bytes_themselves) {
  char buffer[64];
  AnyStream text = open_stream("text:a%0Ab");
  BOOST_TEST(receive_all(text) == "a\nb");
  text.send_all("is taken");
  AnyStream null = open_stream("null:");
  BOOST_TEST(null.receive(buffer, sizeof buffer) == 0U);
  null.send_all("is taken");
  AnyStream zero = open_stream("zero:");
  BOOST_TEST(zero.receive(buffer, sizeof buffer) == sizeof buffer);
  BOOST_TEST(std::string(buffer, sizeof buffer) == std::string(64, '\0'));
  AnyStream random = open_stream("random:");
  BOOST_TEST(random.receive(buffer, 61) == 61U);
  BOOST_TEST(std::string(buffer, 61) != std::string(61, '\0'));
  AnyStream loop = open_stream("echo:");
  BOOST_TEST((exchange(loop, "and back") == "and back"));
  loop.close();
  BOOST_CHECK_THROW(loop.receive(buffer, 1), std::system_error);
}

BOOST_AUTO_TEST_CASE(an_endless_source_leaves_others_their_turn) {
  AnyStream zero = open_stream("zero:");
  AnyStream null = open_stream("null:");
  auto closer = gnet::spawn([&] {
    gnet::sleep(1ms);
    zero.close();
  });
  const gnet::PumpDirection result = gnet::copy(zero, null);
  BOOST_TEST((result.end == gnet::PumpEnd::error));
  BOOST_TEST(result.bytes > 0U);
  closer.get();
}

BOOST_AUTO_TEST_CASE(a_descriptor_has_the_ways_that_it_was_opened_for) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  AnyStream in = open_stream("fd:" + std::to_string(ends[0]));
  AnyStream out = open_stream("fd:" + std::to_string(ends[1]));
  out.send_all("x");
  char byte = 0;
  BOOST_TEST(in.receive(&byte, 1, 20s) == 1U);
  BOOST_TEST(out.receive(&byte, 1) == 0U);
  BOOST_CHECK_THROW(in.send_all("x"), std::system_error);
  close(ends[0]);
  close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_websocket_is_a_stream_with_two_ends) {
  PeerServer server("ws-l://127.0.0.1:0/chat", echo);
  const std::string where = "ws://" + server.local_endpoint().short_name();
  const std::string text = numbered(kMuch);
  AnyStream stream = open_stream(where + "/chat");
  BOOST_TEST((exchange(stream, text) == text));
  BOOST_CHECK_THROW(static_cast<void>(open_stream(where + "/elsewhere")), gnet::ws::HandshakeError);
}

BOOST_AUTO_TEST_CASE(what_is_said_after_the_end_of_a_websocket_s_input_arrives) {
  PeerServer server("ws-l://127.0.0.1:0", [](Peer& peer) {
    const std::string all = receive_all(peer.stream());
    gnet::sleep(20ms);
    peer.stream().send_all("you said " + all);
  });
  AnyStream stream = open_stream("ws://" + server.local_endpoint().short_name());
  BOOST_TEST(exchange(stream, "hello") == "you said hello");
}

BOOST_AUTO_TEST_CASE(a_websocket_that_is_cut_off_is_an_error_and_no_end) {
  PeerServer server("ws-l://127.0.0.1:0", [](Peer& peer) { peer.messages().abort(); });
  AnyStream stream = open_stream("ws://" + server.local_endpoint().short_name());
  char byte = 0;
  BOOST_CHECK_THROW(stream.receive(&byte, 1, 20s), std::system_error);
}

BOOST_AUTO_TEST_CASE(each_step_of_opening_is_timed) {
  PeerServer server(Endpoint::parse("ws-l://127.0.0.1:0"), echo);
  gnet::link::OpenTimings timings;
  const Endpoint by_name =
      Endpoint::parse("ws://localhost").with_port(server.local_endpoint().port());
  auto socket =
      gnet::link::open_web_socket(by_name.with_family(gnet::Family::v4), {.timings = &timings});
  BOOST_TEST(socket.is_open());
  BOOST_TEST((timings.resolve > 0ns && timings.connect > 0ns && timings.upgrade > 0ns));
  BOOST_TEST((timings.tls == 0ns && timings.proxy == 0ns));
  timings = {};
  BOOST_CHECK_THROW(static_cast<void>(open_stream("127.0.0.1:1", {.timings = &timings})),
                    std::system_error);
  BOOST_TEST((timings.resolve == 0ns && timings.connect > 0ns));
  BOOST_CHECK_THROW(static_cast<void>(gnet::link::open_web_socket("127.0.0.1:1")), BadEndpoint);
}

BOOST_AUTO_TEST_CASE(messages_keep_their_kind_and_their_ends) {
  PeerServer server("ws-l://127.0.0.1:0", [](Peer& peer) {
    while (const auto message = peer.messages().receive()) peer.messages().send(*message);
    peer.messages().close(4001, "enough");
  });
  auto link = open_messages("ws://" + server.local_endpoint().short_name());
  using gnet::link::MessageKind;
  for (const MessageKind kind : {MessageKind::text, MessageKind::binary}) {
    link->send({.data = "hello", .kind = kind});
    const auto back = link->receive(20s);
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(back->data == "hello");
    BOOST_TEST((back->kind == kind));
  }
  BOOST_CHECK_EXCEPTION(static_cast<void>(link->receive(1ms)), std::system_error,
                        [](const auto& error) { return error.code() == std::errc::timed_out; });
  link->shutdown_send();
  BOOST_TEST(!link->receive(20s));
  BOOST_REQUIRE(link->closed().has_value());
  BOOST_TEST(link->closed()->code == 4001);
  BOOST_TEST(link->closed()->reason == "enough");
}

BOOST_AUTO_TEST_CASE(unixpackets_are_messages) {
  PeerServer server("unixpacket-l://@gnet-open-" + std::to_string(getpid()), [](Peer& peer) {
    while (const auto message = peer.messages().receive()) peer.messages().send(*message);
  });
  auto link = open_messages(server.local_endpoint());
  const std::string large(100'000, 'x');
  link->send({.data = "one"});
  link->send({.data = large});
  BOOST_TEST(link->receive(20s)->data == "one");
  BOOST_TEST((link->receive(20s)->data == large));
  link->shutdown_send();
  BOOST_TEST(!link->receive(20s));
}

// Where nobody listens: the port of a socket that is gone.
gnet::Endpoint nobody() {
  return gnet::DatagramSocket::bind("udp-l://127.0.0.1:0").local_endpoint();
}

BOOST_AUTO_TEST_CASE(a_datagram_that_is_refused_is_passed_over) {
  auto link = open_messages(nobody());
  link->send({.data = "one"});
  BOOST_CHECK_EXCEPTION(static_cast<void>(link->receive(50ms)), std::system_error,
                        [](const auto& e) { return e.code() == std::errc::timed_out; });
  BOOST_CHECK_NO_THROW(link->send({.data = "two"}));
  BOOST_CHECK_NO_THROW(link->send({.data = "three"}));
}

BOOST_AUTO_TEST_CASE(a_datagram_that_is_refused_is_told_to_who_asks) {
  const auto refused = [](const std::system_error& e) {
    return e.code() == std::errc::connection_refused;
  };
  auto link = open_messages(nobody(), {.refusals = gnet::link::Refusals::told});
  link->send({.data = "one"});
  BOOST_CHECK_EXCEPTION(static_cast<void>(link->receive(20s)), std::system_error, refused);
  link->send({.data = "two"});
  BOOST_CHECK_EXCEPTION(link->send({.data = "three"}), std::system_error, refused);
}

BOOST_AUTO_TEST_CASE(a_connection_goes_through_a_proxy_of_http) {
  std::string asked;
  gnet::StreamServer proxy("127.0.0.1:0", [&](AnyStream& stream) {
    char buffer[4096];
    asked.assign(buffer, stream.receive(buffer, sizeof buffer));
    stream.send_all("HTTP/1.1 200 OK\r\n\r\nwelcome ");  // the other side speaks first
    while (const std::size_t n = stream.receive(buffer, sizeof buffer)) {
      stream.send_all({buffer, n});
    }
  });
  proxy.start();
  AnyStream stream =
      open_stream("connect://joe:pw@" + proxy.local_endpoint().short_name() + "/example.test:81");
  BOOST_TEST(exchange(stream, "hello") == "welcome hello");
  BOOST_TEST(asked.starts_with("CONNECT example.test:81 HTTP/1.1\r\n"));
  BOOST_TEST(asked.find("Proxy-Authorization: Basic am9lOnB3\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_proxy_that_refuses_is_named_without_its_password) {
  gnet::StreamServer proxy("127.0.0.1:0", [&](AnyStream& stream) {
    char buffer[4096];
    static_cast<void>(stream.receive(buffer, sizeof buffer));
    stream.send_all("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  });
  proxy.start();
  const std::string where = proxy.local_endpoint().short_name();
  const std::string what = problem(("connect://joe:pw@" + where + "/h:1").c_str());
  BOOST_TEST(what == "proxy " + where + ": the proxy refuses: 403 Forbidden");
  BOOST_TEST(what.find("pw") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_connection_goes_through_a_proxy_of_socks) {
  gnet::proxy::SocksRequest asked;
  gnet::StreamServer proxy("127.0.0.1:0", [&](AnyStream& stream) {
    char buffer[4096];
    static_cast<void>(stream.receive(buffer, sizeof buffer));
    stream.send_all(gnet::proxy::encode_method(gnet::proxy::SocksMethod::open));
    std::string request(buffer, stream.receive(buffer, sizeof buffer));
    asked = gnet::proxy::decode_request(request).message;
    const auto reply = asked.target.port == 80 ? gnet::proxy::SocksReply::succeeded
                                               : gnet::proxy::SocksReply::host_unreachable;
    stream.send_all(gnet::proxy::encode_answer(reply));
    while (const std::size_t n = stream.receive(buffer, sizeof buffer)) {
      stream.send_all({buffer, n});
    }
  });
  proxy.start();
  const std::string where = proxy.local_endpoint().short_name();
  AnyStream stream = open_stream("socks5h://" + where + "/example.test:80");
  BOOST_TEST(exchange(stream, "hello") == "hello");
  BOOST_TEST(asked.target.host == "example.test");
  BOOST_TEST(problem(("socks5h://" + where + "/example.test:81").c_str()) ==
             "proxy " + where + ": the proxy refuses: host unreachable");
}

BOOST_AUTO_TEST_CASE(datagrams_of_one_address_are_a_session) {
  int sessions = 0;
  gnet::link::DatagramPeers server(
      Endpoint::parse("udp-l://127.0.0.1:0"),
      [&](Peer& peer) {
        const int number = ++sessions;
        while (const auto message = peer.messages().receive()) {
          peer.messages().send({.data = std::to_string(number) + std::string(message->data)});
        }
      },
      100ms);
  server.start();
  auto first = open_messages(server.local_endpoint());
  auto second = open_messages(server.local_endpoint());
  for (int i = 0; i < 2; ++i) {
    first->send({.data = "a"});
    BOOST_TEST(first->receive(20s)->data == "1a");
    second->send({.data = "b"});
    BOOST_TEST(second->receive(20s)->data == "2b");
  }
  BOOST_TEST(server.counters().accepted == 2U);
  while (server.counters().active > 0) gnet::sleep(1ms);  // idle
  first->send({.data = "c"});
  BOOST_TEST(first->receive(20s)->data == "3c");
  server.stop(0s);
  BOOST_TEST(server.counters().active == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
