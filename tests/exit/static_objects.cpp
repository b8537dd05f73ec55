// Static objects that hold something of a hub, and let go of it in their destructors, which run
// when the hub has ended: the process ends well, whatever way it takes.
//
// Without arguments: runs itself once for each kind of object and each way to end.

#include <gnet/gnet.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

struct Echo : gnet::Protocol {
  void data_received(std::string_view data) override { send_data(data); }
};

// The story of each object goes to standard output, which is buffered: an abort loses it.
void say(const char* what) {
  std::printf("%s\n", what);
}

struct Server : gnet::TCPServerFactory {
  Server() : TCPServerFactory("127.0.0.1:0") {}
  ~Server() override {
    stop(0s);
    say("ended");
  }
  std::unique_ptr<gnet::Protocol> build_protocol() override { return std::make_unique<Echo>(); }
};

// Waits in its destructor, as it may while its hub lives.
struct Patient : Server {
  ~Patient() override {
    gnet::sleep(1ms);
    helper_.kill();
  }
  gnet::Fiber<> helper_ = gnet::spawn([] { gnet::sleep(1h); });
};

struct Datagrams : gnet::UDPServerFactory {
  Datagrams() : UDPServerFactory("127.0.0.1:0") {}
  ~Datagrams() override {
    stop(0s);
    say("ended");
  }
  void datagram_received(std::string_view, const gnet::SocketAddress&) override {}
};

struct Client : gnet::ReconnectingClientFactory {
  Client() : ReconnectingClientFactory("127.0.0.1:1") {}
  ~Client() override {
    stop(0s);
    say("ended");
  }
  std::unique_ptr<gnet::Protocol> build_protocol() override { return std::make_unique<Echo>(); }
  void connect_failed(unsigned, const std::exception_ptr&, std::optional<gnet::Duration>) override {
  }
};

// What fibers wait on, and the fibers.
struct Primitives {
  ~Primitives() {
    queue.close();
    joinable.close_now();
    channel.close();
    event.set();
    semaphore.release();
    fiber.kill();
    fiber.join();
    group.kill();
    group.join();
    pool.kill_async();
    service.stop(0s);
    say("ended");
  }
  gnet::Queue<int> queue;
  gnet::JoinableQueue<int> joinable;
  gnet::Channel<int> channel;
  gnet::Event event;
  gnet::Semaphore semaphore{0};
  gnet::Group group;
  gnet::Pool pool{2};
  gnet::Service service;
  gnet::Fiber<> fiber = gnet::spawn([this] { event.wait(); });
};

// A peer in a thread of its own, which reads to the end.
struct Listening {
  explicit Listening(const gnet::Endpoint& where)
      : reader([where, this] {
          gnet::Stream stream = gnet::connect_stream(where);
          char byte = 0;
          while (stream.receive(&byte, 1, 20s) == 1) text += byte;
        }) {}
  ~Listening() {
    reader.join();
    say(text == "first,last." ? "ended" : text.c_str());
  }
  std::string text;
  std::thread reader;
};

struct Silent : gnet::TCPServerFactory {
  Silent() : TCPServerFactory("@gnet-exit-" + std::to_string(getpid())) {}  // never a reset
  std::unique_ptr<gnet::Protocol> build_protocol() override {
    return std::make_unique<gnet::Protocol>();
  }
  void connection_started(gnet::Connection& connection) override {
    member = static_cast<gnet::Protocol&>(connection);
  }
  gnet::ConnectionRef<gnet::Protocol> member;
};

template <typename T>
T& static_object() {
  static std::unique_ptr<T> object;
  if (!object) object = std::make_unique<T>();
  return *object;
}

// A server of the Service of the process, with a connection.
template <typename S>
void serve() {
  auto& server = gnet::Service::instance().add_factory("echo", std::make_unique<S>());
  server.start();
  static gnet::AnyStream client = gnet::connect(server.local_endpoint());
  client.send_all("x");
  gnet::sleep(2ms);
}

template <typename F>
void start() {
  auto& factory = static_object<F>();
  factory.start();
  gnet::yield();
}

// Who makes a Service of his own, and does not say what signals are to do, is told that they do
// nothing.
const std::string kHinted = "another Service, of which signals know nothing";

// Its peer waits for the end of main().
const std::string kSending = "a fiber that sends while it is ended";

const std::string kOfProcess = "the Service of the process";
constexpr const char* kInFiber = "exit in a fiber";
constexpr const char* kForked = "return in the child of a fork";

const std::map<std::string, std::function<void()>> kinds = {
    {kOfProcess, serve<Server>},
    {"a destructor that waits", serve<Patient>},
    {"another Service",
     [] {
       auto& service = static_object<gnet::Service>();
       service.handle_signals(false);
       service.add_factory("echo", std::make_unique<Patient>()).start();
       gnet::yield();
     }},
    {kHinted,
     [] {
       gnet::set_log_level(gnet::LogLevel::info);
       auto& service = static_object<gnet::Service>();
       service.add_factory("echo", std::make_unique<Patient>()).start();
       gnet::yield();
     }},
    {"a server", start<Server>},
    {"a server of datagrams", start<Datagrams>},
    {"a client", start<Client>},
    {kSending,
     [] {
       static Silent server;
       server.start();
       // It is older than the connection, and so is ended before.
       gnet::spawn([] {
         while (!server.member) gnet::sleep(1ms);
         server.member->send_data("first,");
         try {
           gnet::sleep(1h);
         } catch (const gnet::FiberExit&) {
           server.member->send_data("last.");
           throw;
         }
       });
       static const Listening peer(server.local_endpoint());
       while (!server.member) gnet::sleep(1ms);
       gnet::sleep(5ms);
     }},
    {"primitives",
     [] {
       auto& all = static_object<Primitives>();
       all.group.spawn([&all] {
         for (int item : all.queue) static_cast<void>(item);
       });
       all.pool.spawn([&all] { all.semaphore.acquire(); });
       all.group.spawn([] { gnet::sleep(1h); });
       gnet::yield();
     }},
};

int run_all(const char* self) {
  int failed = 0;
  for (const auto& [kind, begin] : kinds) {
    for (const std::string way : {"return", "exit", kInFiber, kForked}) {
      if (way == kForked && kind != kOfProcess) continue;
      if (way == kInFiber && kind == kSending) continue;
      const auto process =
          gnet::run({self, kind, way}, {.capture = true, .deadline = gnet::Deadline(20s)});
      const bool hinted = process.err.find("signals do not stop this Service") != std::string::npos;
      const bool quiet = kind == kHinted ? hinted : process.err.empty();
      if (process.status == 0 && process.out == "begun\nended\n" && quiet) continue;
      std::printf("%s, %s: status %d\n%s%s", kind.c_str(), way.c_str(), process.status,
                  process.out.c_str(), process.err.c_str());
      ++failed;
    }
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return run_all("/proc/self/exe");
  gnet::set_log_level(gnet::LogLevel::warn);
  kinds.at(argv[1])();
  say("begun");
  const std::string way = argv[2];
  if (way == kForked) {
    // The child has the buffer of standard output, too; the parent leaves it to the child.
    const pid_t child = fork();
    if (child == 0) return 0;
    int status = 0;
    waitpid(child, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  if (way == "exit") std::exit(0);
  if (way == kInFiber) gnet::spawn([] { std::exit(0); }).join();
}
