// The connections of a client that wait for a request.
//
// The one that was used last is taken first, so that the others grow old and close. Whoever waits
// too long is closed by a timer that keeps no program alive.
//
//   if (auto connection = pool.take("http://a.test")) ask(*connection);
//   pool.give(std::move(connection));
//
// Threads: of one hub.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/timer_heap.h"
#include "gnet/http/client_conversation.h"

namespace gnet::detail {
class Scheduler;
}

namespace gnet::http::detail {

// A connection, what it is good for, and whom it has at its other end.
struct ClientConnection : ClientConversation {
  ClientConnection(AnyStream stream, const ClientOptions& options, std::string key);

  const std::string key;
  std::string peer;
};

class ClientPool {
 public:
  // The options must outlive it.
  explicit ClientPool(const ClientOptions& options);
  ClientPool(const ClientPool&) = delete;
  ClientPool& operator=(const ClientPool&) = delete;
  ~ClientPool();

  // One that is alive; null: there is none.
  [[nodiscard]] std::unique_ptr<ClientConnection> take(std::string_view key);

  // Keeps a connection, perhaps at the cost of another one.
  void give(std::unique_ptr<ClientConnection> connection);

  [[nodiscard]] std::size_t size() const noexcept { return idle_.size(); }
  void clear() noexcept;

 private:
  struct Idle {
    std::unique_ptr<ClientConnection> connection;
    TimePoint until;
  };
  struct Alarm : Timer {
    explicit Alarm(ClientPool& owner) noexcept : Timer(ClientPool::expire), pool(owner) {
      keeps_alive = false;
    }
    ClientPool& pool;
  };

  static void expire(Timer& timer) noexcept;
  void arm();
  void disarm() noexcept;
  void make_room(std::string_view key);

  gnet::detail::Scheduler& hub_;
  const ClientOptions& options_;
  std::vector<Idle> idle_;  // the oldest first
  Alarm alarm_{*this};
};

}  // namespace gnet::http::detail
