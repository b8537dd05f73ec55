// peers_client URL: asks a server that nobody here has written, see node_server.mjs,
// ws_server.mjs and websockets_server.py. With ws:// it opens WebSockets.

#include <gnet/gnet.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/drive/drive.h"

using namespace std::chrono_literals;
using gnet::http::Client;
using gnet::http::ClientError;
using gnet::http::URL;

namespace {

template <typename F>
bool fails(F function) {
  try {
    function();
  } catch (const ClientError&) {
    return true;
  }
  return false;
}

void ask_all(const std::string& site) {
  Client client;
  for (int i = 0; i < 20; ++i) CHECK(client.get(site + "/hello").read_all() == "hello");
  CHECK(client.get(site + "/chunks").read_all().size() == 100'000);
  CHECK(client.get(site + "/gzip").read_all() == "compressed");
  CHECK(client.get(site + "/redirect").read_all() == "hello");
  auto none = client.get(site + "/none");
  CHECK(none.status() == 404 && none.read_all().empty());
  CHECK(client.head(site + "/chunks").read_all().empty());
  CHECK(client.get(site + "/hints").read_all() == "hinted");
  auto trailers = client.get(site + "/trailers");
  CHECK(trailers.read_all() == "body");
  CHECK(trailers.trailers().get("X-Sum") == "7");

  // One of a megabyte and more is announced, and sent when the server says so.
  for (const std::size_t size : {0UL, 1UL, 100'000UL, 3'000'000UL}) {
    const std::string body(size, 'b');
    CHECK(client.post(site + "/echo", body, "text/plain").read_all() == body);
  }
  const std::string piece(1000, 's');
  int left = 50;
  gnet::http::ClientRequest upload{.method = "PUT", .url = URL(site + "/echo")};
  upload.source = [&] { return left-- > 0 ? std::string_view(piece) : std::string_view(); };
  CHECK(client.request(std::move(upload)).read_all() == std::string(50'000, 's'));
  // All of that on one connection.
  CHECK(client.get(site + "/connections").read_all() == "1");

  CHECK(client.get(site + "/close").read_all() == "closing");
  CHECK(client.get(site + "/connections").read_all() == "2");
  CHECK(fails([&] { (void)client.get(site + "/half").read_all(); }));
  auto refused = client.post(site + "/refuse", std::string(10'000'000, 'b'), "text/plain");
  CHECK(refused.status() == 413 && refused.read_all() == "too much");

  gnet::Pool pool(20);
  for (const auto& text : pool.map(std::vector<int>(200),
                                   [&](int) { return client.get(site + "/hello").read_all(); })) {
    CHECK(text == "hello");
  }
}

void echo(gnet::ws::WebSocket& socket) {
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 65'535UL, 65'536UL, 1'000'000UL}) {
    std::string text(size, 't');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 23);
    socket.send(text);
    auto message = socket.receive();
    CHECK(message && message->data == text && message->opcode == gnet::ws::Opcode::text);
    socket.send({gnet::ws::Opcode::binary, text});
    message = socket.receive();
    CHECK(message && message->data == text && message->opcode == gnet::ws::Opcode::binary);
  }
}

void talk(const std::string& site) {
  for (const bool deflate : {true, false}) {
    gnet::ws::ConnectOptions options;
    options.socket.deflate.enabled = deflate;
    options.subprotocols = {"other", "chat"};
    auto socket = gnet::ws::connect(site + "/echo", options);
    CHECK(socket.subprotocol() == "chat");
    echo(socket);
    socket.close(4000, "enough");
    CHECK(socket.closed()->code == 4000);
  }
  // The other side pings, sends fragments, and closes.
  auto socket = gnet::ws::connect(site + "/close");
  std::string all;
  while (const auto message = socket.receive()) all.append(message->data).append(";");
  CHECK(all == "one two three;pong;");
  CHECK(socket.closed()->code == 4001 && socket.closed()->reason == "done");
}

}  // namespace

int main(int, char** argv) {
  const std::string site = argv[1];
  CHECK(gnet::Timeout(40s, gnet::silent).run([&] {
    site.starts_with("http") ? ask_all(site) : talk(site);
  }));
}
