// 线程局部变量: the request of a session, which whatever works for it finds without being told.

#include <iostream>

#include "gnet/gnet.h"

gnet::Local<const gnet::http::Request*> requests;

// For the length of a block.
struct Session {
  explicit Session(const gnet::http::Request& request) { *requests = &request; }
  ~Session() { *requests = nullptr; }
};

std::string logic() {
  return "Hello " + (*requests)->peer().host();
}

void application(gnet::http::Request& request, gnet::http::Response& response) {
  const Session session(request);
  response.send(logic(), "text/html");
}

int main() {
  gnet::HTTPServerFactory server("127.0.0.1:0", application);
  server.start();

  gnet::http::Client client;
  const auto url = "http://127.0.0.1:" + std::to_string(server.local_endpoint().port());
  std::cout << client.get(url).read_all() << '\n';
}
