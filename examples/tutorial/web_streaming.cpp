// Streaming: an answer in pieces, each of which leaves when it is written.

#include <iostream>

#include "gnet/gnet.h"

using namespace std::chrono_literals;
using gnet::http::Request;
using gnet::http::Response;

void application(Request&, Response& response) {
  response.type("text/html");
  response.write("<p>Hello");
  gnet::sleep(10ms);
  response.write("World</p>");
}

int main() {
  gnet::HTTPServerFactory server("127.0.0.1:0", application);
  server.start();

  gnet::http::Client client;
  const auto url = "http://127.0.0.1:" + std::to_string(server.local_endpoint().port());
  auto answer = client.get(url);
  for (auto piece = answer.read_some(); !piece.empty(); piece = answer.read_some()) {
    std::cout << piece << '\n';
  }
}
