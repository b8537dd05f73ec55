// Long polling: a question that is answered when there is something to tell.

#include <iostream>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

gnet::web::Feed data_source;

void producer() {
  for (;;) {
    data_source.publish("Hello World");
    gnet::sleep(10ms);
  }
}

std::optional<std::string> ajax_endpoint(gnet::http::Request& request) {
  const auto since = std::stoull(request.query_value("since").value_or("0"));
  const auto messages = data_source.wait(since, 5s);
  if (messages.empty()) return std::nullopt;  // 404: ask again
  const auto& first = messages.front();
  return std::to_string(first.number) + " " + first.text;
}

int main() {
  gnet::web::App app;
  app.get("/poll", ajax_endpoint);
  gnet::HTTPServerFactory server("127.0.0.1:0", std::move(app));
  server.start();
  auto producing = gnet::spawn(producer);

  gnet::http::Client client;
  const auto url = "http://127.0.0.1:" + std::to_string(server.local_endpoint().port());
  for (int since = 0; since < 3; ++since) {
    std::cout << client.get(url + "/poll?since=" + std::to_string(since)).read_all() << '\n';
  }
  producing.kill();
}
