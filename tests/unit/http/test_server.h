// A server for a test, and what a client that knows no HTTP sees of its answers.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/http/http_server_factory.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/connect.h"

class TestServer {
 public:
  explicit TestServer(gnet::http::Handler handler, gnet::http::ServerOptions options = {},
                      gnet::TCPServerOptions tcp = {})
      : factory(gnet::Endpoint::parse(tcp.tls ? "tls://127.0.0.1:0" : "tcp://127.0.0.1:0"),
                std::move(handler), options, std::move(tcp)) {
    factory.start();
  }

  // A client that has sent this.
  gnet::Stream send(std::string_view bytes) {
    gnet::Stream client = gnet::connect_stream(factory.local_endpoint());
    client.send_all(bytes);
    return client;
  }

  // The whole answer to one request on a connection of its own.
  std::string ask(std::string_view line, std::string_view fields = {}) {
    gnet::Stream client = send(request(line, fields));
    return read_all(client);
  }

  // "GET /", and lines of fields, each with its CRLF.
  static std::string request(std::string_view line, std::string_view fields = {},
                             std::string_view connection = "close") {
    return std::string(line) + " HTTP/1.1\r\nHost: a\r\nConnection: " + std::string(connection) +
           "\r\n" + std::string(fields) + "\r\n";
  }

  // Until the server closes.
  static std::string read_all(gnet::ByteStream& stream) {
    std::string all;
    std::string buffer(64 * 1024, '\0');
    while (const std::size_t size =
               stream.receive(buffer.data(), buffer.size(), std::chrono::seconds(20))) {
      all.append(buffer, 0, size);
    }
    return all;
  }

  gnet::HTTPServerFactory factory;
};

// Parts of an answer.
inline std::string status_of(std::string_view answer) {
  return std::string(answer.substr(9, 3));
}
inline std::string body_of(std::string_view answer) {
  return std::string(answer.substr(answer.find("\r\n\r\n") + 4));
}
// Empty if there is none. The name as it is written.
inline std::string field_of(std::string_view answer, std::string_view name) {
  const std::string_view head = answer.substr(0, answer.find("\r\n\r\n") + 2);
  const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
  if (at == head.npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}
