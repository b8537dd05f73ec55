#include "bench/load/echo_clients.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "bench/load/connection.h"

namespace bench {
namespace {

constexpr std::size_t kReceiveSize = 64 * 1024;
constexpr int kPatienceMs = 5000;

struct Client {
  Connection connection;
  const std::string* message = nullptr;  // the one under way
  std::size_t sent = 0;                  // of it
  std::size_t received = 0;              // of its answer
  std::size_t expected = 0;              // how long that is; 0: it has not said so yet
  std::string begin;                     // of an answer that has not
  Nanoseconds started = 0;
  bool idle = true;
  bool watches_output = false;
};

}  // namespace

class EchoClients::Loop {
 public:
  Loop(const EchoServer& server, const Plan& plan)
      : dialogue_(plan),
        check_content_(plan.check_content),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        clients_(plan.connections) {
    if (epoll_ < 0) throw_errno("epoll_create1");
    if (server.pid != 0) server_clock_.emplace(server.pid);
    for (auto& client : clients_) {
      client.connection = Connection::open(server.port);
      if (plan.socks_to != 0) client.connection.reach(plan.socks_to);
      if (plan.tls) client.connection.secure();
      dialogue_.open(client.connection);
      client.connection.set_nonblocking();
      watch(EPOLL_CTL_ADD, client, EPOLLIN);
    }
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() { close(epoll_); }

  // Until the clock says `end` or `count` messages have begun, and all have come back.
  Stretch run(Nanoseconds time, std::uint64_t count) {
    const auto cpu_start = server_clock_ ? server_clock_->read() : 0;
    const auto trips_start = latency_.count();
    const auto start = now();
    end_ = time == kForever ? kForever : start + time;
    left_ = count;
    for (auto& client : clients_) start_message(client, now());
    while (busy_ > 0) turn();
    Stretch stretch;
    stretch.elapsed = now() - start;
    stretch.round_trips = (latency_.count() - trips_start) * dialogue_.depth();
    if (server_clock_) stretch.server_cpu = server_clock_->read() - cpu_start;
    return stretch;
  }

  [[nodiscard]] const gnet::Histogram& latency() const noexcept { return latency_; }

  static constexpr Nanoseconds kForever = std::numeric_limits<Nanoseconds>::max();

 private:
  void watch(int operation, Client& client, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &client;
    if (epoll_ctl(epoll_, operation, client.connection.fd(), &event) != 0) throw_errno("epoll_ctl");
  }

  void turn() {
    std::array<epoll_event, 256> events;
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kPatienceMs);
    if (count == 0) throw WrongEcho("no answer for five seconds");
    for (int i = 0; i < count; ++i) {
      auto& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      const auto what = events[static_cast<std::size_t>(i)].events;
      if (what & EPOLLOUT) send_more(client);
      if (what & ~static_cast<std::uint32_t>(EPOLLOUT)) receive(client);
    }
  }

  void start_message(Client& client, Nanoseconds time) {
    if (left_ == 0 || time >= end_) return;
    --left_;
    ++busy_;
    client.idle = false;
    client.message = &dialogue_.message(messages_++);
    client.sent = client.received = client.expected = 0;
    client.begin.clear();
    client.started = time;
    send_more(client);
  }

  void send_more(Client& client) {
    const std::string& message = *client.message;
    client.sent +=
        client.connection.send_some(message.data() + client.sent, message.size() - client.sent)
            .value_or(0);
    const bool more = client.sent < message.size();
    if (more != client.watches_output) {
      client.watches_output = more;
      watch(EPOLL_CTL_MOD, client, more ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
  }

  void receive(Client& client) {
    const auto got = client.connection.receive_some(buffer_.data(), buffer_.size());
    if (!got) return;
    if (*got == 0) throw WrongEcho("the server closed a connection");
    if (client.idle) throw WrongEcho("the server sent more than it got");
    const std::string_view piece(buffer_.data(), *got);
    if (client.expected == 0) read_begin(client, piece);
    check(client, piece);
    client.received += piece.size();
    if (client.expected == 0 || client.received < client.expected) return;
    if (client.received > client.expected) throw WrongEcho("the server sent more than it got");
    end_message(client);
  }

  void read_begin(Client& client, std::string_view piece) {
    const std::string& known = dialogue_.answer_begin();
    if (client.received == 0 && !known.starts_with(piece.substr(0, known.size()))) {
      throw WrongEcho("the server answered something else");
    }
    client.begin += piece.substr(0, 16);
    client.expected = dialogue_.answer_size(client.begin);
  }

  void check(const Client& client, std::string_view piece) const {
    if (!check_content_ || dialogue_.answer().empty()) return;
    if (dialogue_.answer().compare(client.received, piece.size(), piece) != 0) {
      throw WrongEcho("the server sent other bytes than it got");
    }
  }

  void end_message(Client& client) {
    const Nanoseconds time = now();
    latency_.record(gnet::Duration(time - client.started));
    client.idle = true;
    --busy_;
    start_message(client, time);
  }

  Dialogue dialogue_;
  const bool check_content_;
  const int epoll_;
  std::optional<ProcessClock> server_clock_;
  std::vector<Client> clients_;
  std::array<char, kReceiveSize> buffer_;
  std::size_t busy_ = 0;    // messages under way
  std::uint64_t left_ = 0;  // messages to begin
  std::uint64_t messages_ = 0;
  Nanoseconds end_ = 0;  // after which none begins
  gnet::Histogram latency_;
};

EchoClients::EchoClients(const EchoServer& server, const Plan& plan)
    : loop_(std::make_unique<Loop>(server, plan)) {}

EchoClients::~EchoClients() = default;

Stretch EchoClients::run_for(std::chrono::duration<double> time) {
  return loop_->run(static_cast<Nanoseconds>(time.count() * 1e9), UINT64_MAX);
}

Stretch EchoClients::run_count(std::uint64_t count) {
  return loop_->run(Loop::kForever, count);
}

const gnet::Histogram& EchoClients::latency() const noexcept {
  return loop_->latency();
}

}  // namespace bench
