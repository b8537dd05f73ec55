// Servers for the tests of gnet::http::Client, and what they have to say.

#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/http/client.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/io/listener.h"

namespace test::http_client {

using namespace std::chrono_literals;
using namespace std::string_literals;
using gnet::http::Client;
using gnet::http::ClientError;
using gnet::http::ClientFailure;
using gnet::http::ClientOptions;
using gnet::http::ClientRequest;
using gnet::http::ClientResponse;
using gnet::http::Request;
using gnet::http::Response;
using gnet::http::URL;

using Handler = std::function<void(Request&, Response&)>;

struct Server {
  explicit Server(Handler handler, gnet::http::ServerOptions options = {},
                  gnet::TCPServerOptions tcp = {}, std::string_view at = "tcp://127.0.0.1:0")
      : factory(gnet::Endpoint::parse(at), counted(std::move(handler)), options, std::move(tcp)) {
    factory.start();
  }

  gnet::http::Handler counted(Handler handler) {
    return [this, handler = std::move(handler)](Request& request, Response& response) {
      ++requests;
      handler(request, response);
    };
  }
  [[nodiscard]] std::size_t connections() { return factory.counters().accepted; }
  [[nodiscard]] std::uint16_t port() { return factory.local_endpoint().port(); }
  [[nodiscard]] std::string url(std::string_view path, std::string_view scheme = "http") {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port()) + std::string(path);
  }

  int requests = 0;
  gnet::HTTPServerFactory factory;
};

inline std::string text(std::optional<std::string_view> field) {
  return std::string(field.value_or("-"));
}

// Says what it was asked for.
inline void tell(Request& request, Response& response) {
  std::string out = std::string(request.method()) + " " + std::string(request.target());
  for (const auto* name : {"authorization", "cookie", "proxy-authorization", "content-type"}) {
    if (const auto value = request.header(name))
      out += "\n" + std::string(name) + ": " + text(value);
  }
  const std::string body = request.read_all();
  if (!body.empty()) out += "\n\n" + body;
  response.send(out);
}

// A server that says on its connections, one after the other, what it is told to.
struct Script {
  explicit Script(std::vector<std::function<void(gnet::Stream&)>> scenes)
      : scenes(std::move(scenes)), listener(gnet::Listener("tcp://127.0.0.1:0")) {
    fiber = gnet::spawn([this] {
      for (const auto& scene : this->scenes) {
        gnet::Stream stream(listener.accept().fd);
        ++connections;
        scene(stream);
      }
      gnet::sleep(30s);
    });
  }
  ~Script() { fiber.kill(); }
  [[nodiscard]] std::string url(std::string_view path = "/") {
    return "http://127.0.0.1:" + std::to_string(listener.local_endpoint().port()) +
           std::string(path);
  }

  std::vector<std::function<void(gnet::Stream&)>> scenes;
  gnet::Listener listener;
  int connections = 0;
  gnet::Fiber<> fiber;
};

inline std::string read_until(gnet::ByteStream& stream, std::string_view end) {
  std::string got;
  char c = 0;
  while (!got.ends_with(end) && stream.receive(&c, 1, 20s) == 1) got += c;
  return got;
}
inline const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

inline auto answering(std::string answer) {
  return [answer = std::move(answer)](gnet::Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(answer);
  };
}

inline ClientFailure failure(Client& client, ClientRequest request, std::string* what = nullptr) {
  try {
    static_cast<void>(client.request(std::move(request)).read_all());
  } catch (const ClientError& error) {
    if (what != nullptr) *what = error.what();
    return error.failure();
  }
  throw std::runtime_error("nothing went wrong");
}
inline ClientFailure failure(Client& client, std::string_view url, std::string* what = nullptr) {
  return failure(client, ClientRequest{.url = URL(url)}, what);
}

}  // namespace test::http_client
