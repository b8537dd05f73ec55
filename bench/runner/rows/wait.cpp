// How soon gnet wait-for notices that a port has opened.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "bench/load/clock.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

constexpr auto kOpensAfter = std::chrono::milliseconds(350);

// A port that is taken, and at which nobody listens yet.
class ClosedPort {
 public:
  ClosedPort() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd_, any, size) != 0 || getsockname(fd_, any, &size) != 0) {
      throw std::runtime_error("no port to be had");
    }
    port_ = ntohs(address.sin_port);
  }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  ~ClosedPort() { close(fd_); }

  [[nodiscard]] int port() const noexcept { return port_; }
  void open() const { listen(fd_, 16); }

 private:
  int fd_;
  int port_ = 0;
};

double late(const Bench& bench) {
  const ClosedPort port;
  auto waiting =
      Process::start({bench.gnet, "wait-for", "tcp://127.0.0.1:" + std::to_string(port.port())},
                     {.core = bench.load_core, .log_file = "/dev/null"});
  std::this_thread::sleep_for(kOpensAfter);
  const auto opened = now();
  port.open();
  if (waiting.wait() != 0) throw std::runtime_error("gnet wait-for has failed");
  return static_cast<double>(now() - opened) / 1e6;
}

void run_wait(const Bench& bench, RowResult& result) {
  const std::string what = "gnet wait-for returns, after the port has opened";
  with_tools(bench, result, what, {}, [&] {
    std::vector<double> times;
    for (int i = 0; i < 4 * bench.rounds + 1; ++i) times.push_back(late(bench));
    result.checks.push_back({what, median(times), "ms", Bound::at_most, 50});
  });
}

}  // namespace

void add_wait_rows(std::vector<Row>& rows) {
  rows.push_back({"wait-for", "a port that opens after 350 ms", run_wait});
}

}  // namespace bench
