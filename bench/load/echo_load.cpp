#include "bench/load/echo_load.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/connection.h"

namespace bench {
namespace {

constexpr std::size_t kReceiveSize = 64 * 1024;

struct Client {
  Connection connection;
  std::size_t sent = 0;      // of the message under way
  std::size_t received = 0;  // of its echo
  Nanoseconds started = 0;
  bool idle = true;
  bool watches_output = false;
};

class EchoLoop {
 public:
  explicit EchoLoop(const EchoPlan& plan) : plan_(plan), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw_errno("epoll_create1");
    if (plan.server != 0) server_clock_.emplace(plan.server);
    message_.resize(plan.message_size);
    for (std::size_t i = 0; i < message_.size(); ++i) {
      message_[i] = static_cast<char>('!' + (i * 7 + i / 64) % 90);
    }
    clients_.resize(plan.connections);
  }
  EchoLoop(const EchoLoop&) = delete;
  EchoLoop& operator=(const EchoLoop&) = delete;
  ~EchoLoop() { close(epoll_); }

  EchoResult run() {
    for (auto& client : clients_) {
      client.connection = Connection::open(plan_.port);
      client.connection.set_nonblocking();
      watch(EPOLL_CTL_ADD, client, EPOLLIN);
    }
    if (plan_.count != 0) {
      start_window();
      start_all();
      while (busy_ > 0) turn();
    } else {
      start_all();
      turn_until(now() + seconds(plan_.warm_up));
      start_window();
      turn_until(window_start_ + seconds(plan_.duration));
    }
    return end_window();
  }

 private:
  static Nanoseconds seconds(double value) { return static_cast<Nanoseconds>(value * 1e9); }

  void watch(int operation, Client& client, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &client;
    if (epoll_ctl(epoll_, operation, client.connection.fd(), &event) != 0) throw_errno("epoll_ctl");
  }

  void start_window() {
    result_ = EchoResult();
    if (server_clock_) server_cpu_start_ = server_clock_->read();
    own_cpu_start_ = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    window_start_ = now();
  }

  EchoResult end_window() {
    result_.elapsed = now() - window_start_;
    result_.own_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - own_cpu_start_;
    if (server_clock_) result_.server_cpu = server_clock_->read() - server_cpu_start_;
    result_.round_trips = result_.latency.total();
    return result_;
  }

  void start_all() {
    for (auto& client : clients_) start_message(client, now());
  }

  void turn_until(Nanoseconds end) {
    while (now() < end) turn();
  }

  void turn() {
    std::array<epoll_event, 256> events;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
    if (count == 0) throw WrongEcho("no echo for a second");
    for (int i = 0; i < count; ++i) {
      auto& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      const auto what = events[static_cast<std::size_t>(i)].events;
      if (what & EPOLLOUT) send_more(client);
      if (what & ~static_cast<std::uint32_t>(EPOLLOUT)) receive(client);
    }
  }

  void start_message(Client& client, Nanoseconds time) {
    if (plan_.count != 0 && begun_ == plan_.count) return;
    ++begun_;
    ++busy_;
    client.idle = false;
    client.sent = client.received = 0;
    client.started = time;
    send_more(client);
  }

  void send_more(Client& client) {
    const ssize_t sent = send(client.connection.fd(), message_.data() + client.sent,
                              message_.size() - client.sent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) throw_errno("send");
    if (sent > 0) client.sent += static_cast<std::size_t>(sent);
    const bool more = client.sent < message_.size();
    if (more != client.watches_output) {
      client.watches_output = more;
      watch(EPOLL_CTL_MOD, client, more ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
  }

  void receive(Client& client) {
    const ssize_t got = recv(client.connection.fd(), buffer_.data(), buffer_.size(), 0);
    if (got < 0) {
      if (errno == EAGAIN) return;
      throw_errno("recv");
    }
    if (got == 0) throw WrongEcho("the server closed a connection");
    const auto size = static_cast<std::size_t>(got);
    if (client.idle || client.received + size > client.sent) {
      throw WrongEcho("the server sent more than it got");
    }
    if (plan_.check_content &&
        std::memcmp(buffer_.data(), message_.data() + client.received, size) != 0) {
      throw WrongEcho("the server sent other bytes than it got");
    }
    client.received += size;
    if (client.received == message_.size()) end_message(client);
  }

  void end_message(Client& client) {
    const Nanoseconds time = now();
    result_.latency.add(time - client.started);
    client.idle = true;
    --busy_;
    start_message(client, time);
  }

  const EchoPlan& plan_;
  int epoll_;
  std::optional<ProcessClock> server_clock_;
  std::string message_;
  std::vector<Client> clients_;
  std::array<char, kReceiveSize> buffer_;
  std::uint64_t begun_ = 0;
  std::size_t busy_ = 0;
  EchoResult result_;
  Nanoseconds window_start_ = 0;
  Nanoseconds server_cpu_start_ = 0;
  Nanoseconds own_cpu_start_ = 0;
};

}  // namespace

EchoResult run_echo_load(const EchoPlan& plan) {
  return EchoLoop(plan).run();
}

}  // namespace bench
