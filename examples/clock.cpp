// A clock that a page follows by events (SSE).
//
//   example_clock [ENDPOINT]              # http://127.0.0.1:6014 unless told otherwise
//   curl --no-buffer http://127.0.0.1:6014/time

#include <gnet/gnet.h>

#include <cstdio>
#include <ctime>
#include <string>

using namespace std::chrono_literals;

namespace {

constexpr const char* kPage = R"(<!doctype html>
<meta charset="utf-8"><title>clock</title>
<h1 id="time">…</h1>
<script>
new EventSource("/time").onmessage = event => {
  document.getElementById("time").textContent = event.data;
};
</script>
)";

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &parts);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  gnet::web::App app;
  app.get("/", [] { return gnet::web::html(kPage); });
  app.events("/time", [](gnet::web::EventSender& events) {
    for (;;) {
      events.send(time_of_day());
      gnet::sleep(1s);
    }
  });
  auto& root = gnet::Service::instance();
  auto& server =
      root.add_factory("clock", std::make_unique<gnet::HTTPServerFactory>(
                                    argc > 1 ? argv[1] : "127.0.0.1:6014", std::move(app)));
  server.start();
  std::printf("listening on %s\n", server.local_endpoint().to_string().c_str());
  std::fflush(stdout);
  gnet::wait();  // until SIGINT or SIGTERM
}
