#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/client/http_route.h"
#include "cli/client/target.h"
#include "cli/out/failure.h"
#include "commands/ping_endpoint.h"
#include "commands/web_address.h"
#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/client.h"
#include "gnet/sync/event.h"
#include "gnet/sync/mutex.h"
#include "gnet/ws/frame.h"
#include "gnet/ws/web_socket.h"

namespace commands {
namespace {

using gnet::ws::WebSocket;

constexpr gnet::Duration kPongFarewell = std::chrono::milliseconds(200);

// ---- http ----

// The first byte of the answer to a HEAD, on a connection of its own. Any status is an answer.
class PingPage : public PingProbe {
 public:
  PingPage(const PingOptions& options, const gnet::http::URL& url)
      : PingProbe(url.stripped().str(), {.secure = url.is_secure()}, options),
        url_(url),
        client_(client_options(options, url)) {}

  PingAnswer send(std::uint64_t, gnet::Deadline) override {
    const auto response = cli::ask_named(client_, {.method = "HEAD", .url = url_});
    const gnet::http::ClientTimings timings = response.timings();
    PingAnswer answer{.time = timings.first_byte - timings.resolve, .status = response.status()};
    add_phase(answer.phases, "resolve", timings.resolve);
    add_phase(answer.phases, "connect", timings.connect);
    add_phase(answer.phases, "tls", timings.tls);
    add_phase(answer.phases, "first_byte", answer.time - timings.connect - timings.tls);
    return answer;
  }

 private:
  static gnet::http::ClientOptions client_options(const PingOptions& options,
                                                  const gnet::http::URL& url) {
    auto client =
        cli::lone_requests(url.is_secure() ? options.to : cli::without_tls(options.to), url);
    client.head_timeout = client.write_timeout = {};  // --timeout is
    return client;
  }

  const gnet::http::URL url_;
  gnet::http::Client client_;
};

// ---- ws ----

// Those who wait for a pong, on one connection.
class PongWaiters {
 public:
  explicit PongWaiters(WebSocket opened) : socket_(std::move(opened)) {
    socket_.on_pong([this](std::string_view data) { take(data); });
    reader_ = gnet::spawn({.name = "pongs"}, [this] { read(); });
  }
  PongWaiters(const PongWaiters&) = delete;
  PongWaiters& operator=(const PongWaiters&) = delete;
  // Says goodbye where it has not ended, which may suspend for a moment.
  ~PongWaiters() {
    if (ended_) return;
    try {
      gnet::move_on_after(kPongFarewell, [this] { socket_.shutdown_send(gnet::ws::kNormal); });
    } catch (const std::exception&) {
      // The peer was first.
    }
    reader_.kill();
  }

  [[nodiscard]] bool has_ended() const noexcept { return ended_; }

  // From the ping to its pong. Suspends; throws ConnectionLost.
  [[nodiscard]] gnet::Duration ping(const std::string& payload) {
    const auto waiter = waiters_.emplace(waiters_.end(), payload);
    struct Leaving {
      ~Leaving() { waiters.erase(waiter); }
      std::list<Waiter>& waiters;
      std::list<Waiter>::iterator waiter;
    } const leaving{waiters_, waiter};
    socket_.ping(payload);
    waiter->over.wait();
    if (!waiter->time) throw gnet::ConnectionLost(why_ended());
    return *waiter->time;
  }

 private:
  struct Waiter {
    explicit Waiter(std::string data) : payload(std::move(data)) {}
    const std::string payload;
    const gnet::TimePoint since = gnet::Clock::now();
    std::optional<gnet::Duration> time;
    gnet::Event over;
  };

  // Who came first has the first pong of those that are alike.
  void take(std::string_view data) {
    const auto found = std::ranges::find_if(
        waiters_, [data](const Waiter& waiter) { return !waiter.time && waiter.payload == data; });
    if (found == waiters_.end()) return;  // it came too late
    found->time = gnet::Clock::now() - found->since;
    found->over.set();
  }

  // Messages are of no interest, but pongs come between them.
  void read() {
    try {
      while (socket_.receive_piece()) {
      }
    } catch (const std::exception&) {
      // What has become of it is known below.
    }
    ended_ = true;
    for (Waiter& waiter : waiters_) waiter.over.set();
  }

  [[nodiscard]] std::string why_ended() const {
    const auto closed = socket_.closed().value_or(gnet::ws::Closed{});
    if (closed.code != gnet::ws::kAbnormal) return fmt::format("closed {}", closed.code);
    return closed.reason.empty() ? "the connection was lost" : closed.reason;
  }

  WebSocket socket_;
  std::list<Waiter> waiters_;
  gnet::Fiber<> reader_;
  bool ended_ = false;
};

// The pong to a ping, on one connection that stays. Opening it is no part of the time; a new one is
// opened for the next probe when it has ended.
class PingSocket : public PingEndpoint {
 public:
  PingSocket(const PingOptions& options, const gnet::Endpoint& endpoint)
      : PingEndpoint(options, endpoint, gnet::ws::kMaxControl) {}

  PingAnswer send(std::uint64_t sequence, gnet::Deadline) override {
    PingAnswer answer;
    const std::shared_ptr<PongWaiters> connection = connected(answer.phases);
    answer.time = connection->ping(payload(sequence));
    add_phase(answer.phases, "answer", answer.time);
    return answer;
  }

 private:
  std::shared_ptr<PongWaiters> connected(std::vector<PingPhase>& phases) {
    const std::lock_guard one_opens(opening_);
    if (!connection_ || connection_->has_ended()) {
      gnet::link::OpenTimings timings;
      gnet::ws::WebSocketOptions options;
      options.ping_interval = {};
      connection_ = std::make_shared<PongWaiters>(dialler().open_web_socket(options, timings));
      phases = phases_of(timings);
    }
    return connection_;
  }

  gnet::Mutex opening_;
  std::shared_ptr<PongWaiters> connection_;
};

}  // namespace

std::unique_ptr<PingProbe> make_ping_page(const std::string& url, const PingOptions& options) {
  if (!cli::behind(url, "http://") && !cli::behind(url, "https://")) return nullptr;
  auto page = std::make_unique<PingPage>(options, parse_address(url, "http").url);
  if (options.to.tls && !page->nature().secure) {
    throw cli::UsageError(
        fmt::format("--tls is for TCP and ws, not for {}: write https", page->name()));
  }
  return page;
}

std::unique_ptr<PingProbe> make_ping_socket(const gnet::Endpoint& endpoint,
                                            const PingOptions& options) {
  return std::make_unique<PingSocket>(options, endpoint);
}

}  // namespace commands
