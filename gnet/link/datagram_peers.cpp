#include <deque>
#include <exception>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/link/peer_server.h"
#include "gnet/sync/event.h"

namespace gnet::link {
namespace {

constexpr std::size_t kWaiting = 256;
constexpr std::size_t kWaitingBytes = std::size_t{64} * 1024 * 1024;  // of all sessions

// A session has no end that could be waited for: one that has been silent for so long is over.
constexpr Duration kSilence = std::chrono::seconds(1);

}  // namespace

struct DatagramPeers::Sessions {
  class Link;

  PeerHandler handler;
  Duration idle{};
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::size_t waiting_bytes = 0;  // of datagrams that have come for all of them
  std::map<SocketAddress, std::shared_ptr<Session>> all = {};
};

// What has come from one address.
class DatagramPeers::Session {
 public:
  Session(DatagramPeers& server, const SocketAddress& peer)
      : server_(server), peer_(peer), address_(peer.endpoint(Transport::udp)) {}

  ~Session() {
    for (const std::string& datagram : waiting_) bytes() -= datagram.size();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void came(std::string_view data) {
    last_ = Clock::now();
    if (waiting_.size() >= kWaiting || bytes() + data.size() > kWaitingBytes) return;
    waiting_.emplace_back(data);
    bytes() += data.size();
    something_.set();
  }

  // Nothing: idle for too long, or the server stops.
  std::optional<LinkMessage> receive(Deadline deadline, Duration idle) {
    const TimePoint since = Clock::now();
    while (waiting_.empty()) {
      if (ended_) return std::nullopt;
      something_.clear();
      const Deadline quiet = idle > Duration::zero() ? Deadline(last_ + idle) : Deadline::never();
      if (something_.wait(deadline.earlier(quiet))) continue;
      if (quiet.passed()) return std::nullopt;
      throw_timed_out("receive", since);
    }
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    bytes() -= current_.size();
    return LinkMessage{current_};
  }

  void send(std::string_view data) {
    last_ = Clock::now();
    if (!ended_) static_cast<void>(server_.send_to(data, peer_));
  }

  void end() noexcept {
    ended_ = true;
    something_.set();
  }

  // Waits for its end, or for its silence. False: it goes on at the deadline.
  bool settle(Deadline grace) {
    while (!fiber.join(grace.earlier(Deadline(last_ + kSilence)))) {
      if (Clock::now() - last_ < kSilence) {
        if (grace.passed()) return false;
        continue;
      }
      fiber.kill();
    }
    return true;
  }

  [[nodiscard]] const SocketAddress& peer() const noexcept { return peer_; }
  [[nodiscard]] const Endpoint& address() const noexcept { return address_; }
  [[nodiscard]] DatagramPeers& server() const noexcept { return server_; }
  Fiber<> fiber;

 private:
  [[nodiscard]] std::size_t& bytes() const noexcept { return server_.sessions_->waiting_bytes; }

  DatagramPeers& server_;
  const SocketAddress peer_;
  const Endpoint address_;
  std::deque<std::string> waiting_;
  std::string current_;
  Event something_;
  TimePoint last_ = Clock::now();
  bool ended_ = false;
};

class DatagramPeers::Sessions::Link final : public MessageLink {
 public:
  Link(std::shared_ptr<Session> session, Duration idle)
      : session_(std::move(session)), idle_(idle) {}

  std::optional<LinkMessage> receive(Deadline deadline) override {
    return session_->receive(deadline, idle_);
  }
  void send(const LinkMessage& message, Deadline) override { session_->send(message.data); }
  void shutdown_send(Deadline) override {}
  void close(ws::CloseCode, std::string_view) override { session_->end(); }
  void abort() noexcept override { session_->end(); }
  [[nodiscard]] Endpoint local_endpoint() const override {
    return session_->server().local_endpoint();
  }
  [[nodiscard]] Endpoint remote_endpoint() const override { return session_->address(); }

 private:
  std::shared_ptr<Session> session_;
  Duration idle_;
};

DatagramPeers::DatagramPeers(ServerAddress<DatagramSocket> address, PeerHandler handler,
                             Duration idle, ListenOptions options)
    : UDPServerFactory(std::move(address), options),
      sessions_(new Sessions{.handler = std::move(handler), .idle = idle}) {}

DatagramPeers::~DatagramPeers() {
  end();
}

void DatagramPeers::datagram_received(std::string_view data, const SocketAddress& peer) {
  auto found = sessions_->all.find(peer);
  if (found == sessions_->all.end()) {
    if (peer.is_unix() && peer.path().empty()) {
      return log().warn("a datagram of a socket without a name cannot be answered: dropped");
    }
    if (sessions_->all.size() >= max_sessions || !admit(peer)) {
      ++sessions_->refused;
      return;
    }
    ++sessions_->accepted;
    auto session = std::make_shared<Session>(*this, peer);
    found = sessions_->all.emplace(peer, session).first;
    session->fiber =
        spawn({.name = "session of " + peer.short_name()}, [this, session] { run(session); });
  }
  found->second->came(data);
}

// One session, from its first datagram to its end.
void DatagramPeers::run(const std::shared_ptr<Session>& session) {
  struct Leave {
    ~Leave() {
      session->end();
      server.session_gone(session->peer());
      server.sessions_->all.erase(session->peer());
    }
    DatagramPeers& server;
    std::shared_ptr<Session> session;
  } const leave{*this, session};
  Peer peer(std::make_unique<Sessions::Link>(session, sessions_->idle), session->address(), log());
  try {
    sessions_->handler(peer);
  } catch (const std::exception& error) {
    log().warn("the session of {} has failed: {}", session->peer().short_name(), describe(error));
  }
}

std::size_t DatagramPeers::wind_up(Deadline grace) {
  std::vector<std::shared_ptr<Session>> all;
  for (const auto& [peer, session] : sessions_->all) all.push_back(session);
  for (const auto& session : all) session->end();
  std::size_t cut = 0;
  for (const auto& session : all) {
    if (session->settle(grace)) continue;
    ++cut;
    session->fiber.kill();
  }
  return cut;
}

FactoryCounters DatagramPeers::counters() const {
  FactoryCounters counters = UDPServerFactory::counters();
  counters.accepted = sessions_->accepted;
  counters.refused += sessions_->refused;
  counters.active = sessions_->all.size();
  return counters;
}

}  // namespace gnet::link
