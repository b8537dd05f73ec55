// web_server PROGRAM: asks examples/web_server.cpp what a browser would.

#include <gnet/gnet.h>
#include <signal.h>

#include <string>
#include <string_view>

#include "tests/drive/drive.h"

using namespace std::chrono_literals;

namespace {

// The whole answer, until the server closes.
std::string ask(const gnet::Endpoint& server, std::string_view request) {
  gnet::AnyStream stream = gnet::connect(server);
  stream.send_all(request, 5s);
  std::string answer;
  char buffer[4096];
  while (const std::size_t size = stream.receive(buffer, sizeof buffer, 10s)) {
    answer.append(buffer, size);
  }
  return answer;
}

}  // namespace

int main(int, char** argv) {
  drive::Server server(argv[1]);

  const std::string page =
      ask(server.endpoint, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(page.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(page.ends_with("<h1>Hello</h1>\n"));
  const std::string echo = ask(server.endpoint,
                               "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                               "Content-Length: 5\r\n\r\nhello");
  CHECK(echo.ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
  const std::string ticks = ask(server.endpoint, "GET /ticks HTTP/1.0\r\n\r\n");
  CHECK(ticks.ends_with("\r\n\r\ntick 1\ntick 2\ntick 3\n"));
  CHECK(ask(server.endpoint, "GET /x HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 404 Not Found\r\n"));

  server.program.send_signal(SIGTERM);
  CHECK(server.program.wait(5s) == 0);
}
