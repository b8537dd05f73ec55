// An HTTP server in the process of the test, and what is said to it as bytes.
//
//   test::HTTPServer server([](auto&, auto& response) { response.send("hello"); });
//   BOOST_TEST(server.ask(test::last("/x")) == test::ok("hello", test::kClose));

#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/http/date.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/io/connect.h"

namespace test {

using HTTPHandler = std::function<void(gnet::http::Request&, gnet::http::Response&)>;

struct HTTPServer {
  explicit HTTPServer(HTTPHandler handler, gnet::http::ServerOptions options = {},
                      gnet::TCPServerOptions tcp = {},
                      std::string_view address = "tcp://127.0.0.1:0")
      : factory(gnet::Endpoint::parse(address), counted(std::move(handler)), options,
                std::move(tcp)) {
    factory.start();
  }

  gnet::Stream connect() { return gnet::connect_stream(factory.local_endpoint().with_tls(false)); }

  // What comes back for these bytes, until the server closes.
  std::string ask(std::string_view bytes);

  gnet::http::Handler counted(HTTPHandler handler) {
    return [this, handler = std::move(handler)](gnet::http::Request& request,
                                                gnet::http::Response& response) {
      ++calls;
      handler(request, response);
    };
  }

  int calls = 0;
  gnet::HTTPServerFactory factory;
};

// Without the dates, of which there has to be one an answer.
inline std::string undated(std::string text) {
  for (std::size_t at; (at = text.find("Date: ")) != text.npos;) {
    BOOST_TEST(gnet::http::parse_date(text.substr(at + 6, 29)).has_value());
    text.erase(at, text.find("\r\n", at) + 2 - at);
  }
  return text;
}

template <typename S>
inline std::string read_all(S& stream) {
  std::string all;
  char buffer[16 * 1024];
  while (const std::size_t size =
             stream.receive(buffer, sizeof buffer, gnet::Duration(std::chrono::seconds(20))))
    all.append(buffer, size);
  return undated(std::move(all));
}

// So much of it, with dates.
template <typename S>
inline std::string read_until(S& stream, std::string_view end) {
  std::string text;
  char c = 0;
  while (!text.ends_with(end) &&
         stream.receive(&c, 1, gnet::Duration(std::chrono::seconds(20))) == 1)
    text += c;
  return text;
}

inline std::string HTTPServer::ask(std::string_view bytes) {
  gnet::Stream client = connect();
  client.send_all(bytes);
  return read_all(client);
}

inline std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
inline std::string last(std::string_view path) {
  return get(path, "Connection: close\r\n");
}
inline std::string post(std::string_view fields, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}
inline std::string ok(std::string_view body, std::string_view connection = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(connection) + "\r\n" + std::string(body);
}
inline const std::string kClose = "Connection: close\r\n";

inline void say_path(gnet::http::Request& request, gnet::http::Response& response) {
  response.send(request.path());
}
inline void echo_body(gnet::http::Request& request, gnet::http::Response& response) {
  response.send(request.read_all());
}

inline std::string status_of(std::string_view answer) {
  return std::string(answer.substr(9, 3));
}

}  // namespace test
