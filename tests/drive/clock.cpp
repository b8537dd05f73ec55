// clock PROGRAM: looks at examples/clock.cpp for a second.

#include <gnet/gnet.h>
#include <signal.h>

#include <string>

#include "tests/drive/drive.h"

using namespace std::chrono_literals;

int main(int, char** argv) {
  drive::Server server(argv[1]);
  const std::string url = "http://127.0.0.1:" + std::to_string(server.endpoint.port());

  gnet::http::Client client;
  CHECK(client.get(url + "/").read_all().find("EventSource") != std::string::npos);
  auto events = client.get(url + "/time");
  CHECK(events.header("Content-Type") == "text/event-stream");
  gnet::http::EventStreamReader reader;
  int seen = 0;
  while (seen < 2) {
    for (std::string_view input = events.read_some(); const auto event = reader.next(input);) {
      CHECK(event->data.size() == 8 && event->data[2] == ':');
      ++seen;
    }
  }

  // It ends at once, whole, although the clock goes on for ever.
  server.program.send_signal(SIGTERM);
  while (!events.read_some().empty()) continue;
  CHECK(server.program.wait(5s) == 0);
}
