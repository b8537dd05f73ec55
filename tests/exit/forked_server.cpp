// The child of a server, which has called fork() by itself and then ends in one way or another: it
// ends at once, and the parent's connections do not notice.
//
// Without arguments: runs itself once for each kind of server and each way to end.

#include <gnet/gnet.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>

using namespace std::chrono_literals;

namespace {

// More than goes out at once.
constexpr std::size_t kFlood = 4'000'000;

struct Echo : gnet::Protocol {
  void data_received(std::string_view data) override {
    if (data == "flood") {
      send_data(std::string(kFlood, 'f'));
    } else {
      send_data(data);
    }
  }
};

void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

std::string receive(gnet::ByteStream& stream, std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t at = 0; at < size;) {
    const std::size_t count = stream.receive(text.data() + at, size - at, 20s);
    if (count == 0) fail("a connection has ended");
    at += count;
  }
  return text;
}

void check_echo(gnet::ByteStream& stream) {
  stream.send_all("ooxx");
  if (receive(stream, 4) != "ooxx") fail("that was not sent");
}

struct Server {
  std::string endpoint;
  bool secured = false;
};

const std::map<std::string, Server> kinds = {
    {"tcp", {"127.0.0.1:0"}},
    {"tls", {"tls://127.0.0.1:0", true}},
    {"unix", {"@gnet-forked-server-" + std::to_string(getpid())}},
};

const std::map<std::string, void (*)()> ways = {
    {"return", [] {}},
    {"exit", [] { std::exit(0); }},
    {"exit in a fiber", [] { gnet::spawn([] { std::exit(0); }).join(); }},
    {"stop", [] { gnet::Service::instance().stop(); }},
    {"wait", [] { gnet::wait(); }},
};

// True in the child, which is to end.
bool fork_and_wait(void (*end_child)()) {
  const gnet::TimePoint begin = gnet::Clock::now();
  const pid_t child = fork();
  if (child == 0) {
    end_child();
    return true;
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) gnet::sleep(1ms);
  if (status != 0) fail("the child has not ended well");
  if (gnet::Clock::now() - begin > 1s) fail("the child has waited for something");
  return false;
}

int serve(const Server& kind, void (*end_child)()) {
  gnet::set_log_level(gnet::LogLevel::warn);
  gnet::TCPServerOptions options;
  std::optional<gnet::TLSContext> believing;
  if (kind.secured) {
    options.tls = gnet::TLSContext::server({.identity = gnet::make_self_signed()});
    believing = gnet::TLSContext::client({.verify = false});
  }
  auto& server = gnet::Service::instance().add_factory(
      "echo", gnet::TCPServerFactory::of<Echo>(kind.endpoint, options));
  server.start();
  gnet::DatagramServer datagrams("127.0.0.1:0", [&](std::string_view data, const auto& peer) {
    gnet::sleep(1h);  // at work when it forks
    datagrams.send_to(data, peer);
  });
  datagrams.start();
  auto asking = gnet::DatagramSocket::connect(datagrams.local_endpoint());
  asking.send("x");

  gnet::AnyStream quick = gnet::connect(server.local_endpoint(), {}, believing);
  gnet::AnyStream slow = gnet::connect(server.local_endpoint(), {}, believing);
  check_echo(quick);
  slow.send_all("flood");
  receive(slow, 1);
  if (fork_and_wait(end_child)) return 0;
  check_echo(quick);
  if (receive(slow, kFlood - 1).find_first_not_of('f') != std::string::npos) fail("not the flood");
  check_echo(slow);
  if (server.counters().active != 2) fail("connections are missing");
  return 0;
}

int run_all(const char* self) {
  int failed = 0;
  for (const auto& [kind, server] : kinds) {
    for (const auto& [way, end_child] : ways) {
      const auto process =
          gnet::run({self, kind, way}, {.capture = true, .deadline = gnet::Deadline(20s)});
      if (process.status == 0 && process.err.empty()) continue;
      std::printf("%s, %s: status %d\n%s", kind.c_str(), way.c_str(), process.status,
                  process.err.c_str());
      ++failed;
    }
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return run_all("/proc/self/exe");
  return serve(kinds.at(argv[1]), ways.at(argv[2]));
}
