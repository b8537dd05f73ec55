// What StreamServer and DatagramServer have in common: their life, and the fibers in which
// their handlers run.
//
//   server.start();                    // binds; from now on handlers are called
//   server.pause(), server.resume();   // what comes meanwhile waits in the kernel
//   server.stop(5s);                   // closes; handlers have five seconds to end
//
// Threads: a server belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "gnet/base/intrusive_list.h"
#include "gnet/base/log.h"
#include "gnet/base/source_location.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/endpoint.h"
#include "gnet/sync/pool.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class BaseServer {
 public:
  BaseServer(const BaseServer&) = delete;
  BaseServer& operator=(const BaseServer&) = delete;

  // Binds, where that is not done yet, and takes what comes from now on. Does nothing when it
  // does that already. Throws std::system_error that names the address. After stop() it may be
  // called again, unless the server was given a socket.
  void start();

  // As start(), and suspends until the server is closed and no stop() is under way; then
  // stop(grace). An interrupt stops the server before it goes further.
  void serve_forever(Duration grace = std::chrono::seconds(1));

  // Binds, but takes nothing: it waits in the kernel.
  void listen();

  // Takes nothing more, and takes it up again. Throws Misuse when the server is closed.
  void pause();
  void resume();

  // Closes the socket; handlers live on.
  void close();

  // Closes the socket, waits until all handlers have ended, at most until `grace`, and then kills
  // the others: how many. What has not ended two seconds later is left alone. Called in a handler,
  // it neither waits for that one nor kills it.
  std::size_t stop(Deadline grace = std::chrono::seconds(1));

  // Between start() and the end of the socket, also while it is paused.
  [[nodiscard]] bool started() const noexcept { return started_; }
  [[nodiscard]] bool accepting() const noexcept { return is_taking(); }
  [[nodiscard]] bool closed() const noexcept { return !is_open(); }

  // Whether what comes has to wait.
  [[nodiscard]] bool full() const noexcept;

  // Handlers at work.
  [[nodiscard]] std::size_t active() const noexcept { return active_; }

  // What it listens on, or did last, with the port that the kernel chose. Throws Misuse before
  // listen().
  [[nodiscard]] const Endpoint& address() const;

 protected:
  // A handler at work, in the running fiber.
  class Task : ListHook {
   public:
    explicit Task(BaseServer& server);

   protected:
    ~Task() = default;

   private:
    friend class BaseServer;
    friend class IntrusiveList<Task>;

    // Has it fail at what it waits for.
    virtual void abort() noexcept {}

    Fiber<> fiber_;
  };

  // At most `max_tasks` handlers at a time, if not zero; in the pool, if not null.
  BaseServer(std::size_t max_tasks, Pool* pool, SourceLocation where)
      : max_tasks_(max_tasks), pool_(pool), where_(where) {}
  virtual ~BaseServer() = default;

  // For the destructors of servers: stops without grace, and suspends until all handlers have
  // ended, however long that takes. In a handler that is misuse, which ends the program.
  void end() noexcept;

  // ---- what servers differ in ----

  // Opens the socket, and returns its address.
  virtual Endpoint open() = 0;
  virtual void shut() noexcept = 0;
  [[nodiscard]] virtual bool is_open() const noexcept = 0;

  // Has a fiber take what comes; ends it, which suspends.
  virtual void take(std::string address) = 0;
  virtual void rest() = 0;
  [[nodiscard]] virtual bool is_taking() const noexcept = 0;

  // ---- handlers ----

  // Has `function()` called in a fiber of its own. Does not suspend while the server is not full.
  template <typename F>
  void run_task(F&& function) {
    auto task = [slot = Slot(*this), function = std::forward<F>(function)]() mutable {
      function();
    };
    if (pool_ != nullptr) {
      pool_->spawn(std::move(task), where_);
    } else {
      spawn(std::move(task), where_);
    }
  }

  // Suspends until a handler has ended, at most until the deadline.
  void wait_for_end(Deadline deadline);

  // The socket is of no more use.
  void failed() noexcept;

  [[nodiscard]] const Logger& log() const noexcept { return log_; }

  // Who made the server: its fibers are spawned there.
  [[nodiscard]] const SourceLocation& made_at() const noexcept { return where_; }

 private:
  // The place of a handler among the active ones, from before its fiber begins.
  class Slot {
   public:
    explicit Slot(BaseServer& server) noexcept : server_(&server) { ++server.active_; }
    Slot(Slot&& other) noexcept : server_(std::exchange(other.server_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (server_ != nullptr) server_->task_ended();
    }

   private:
    BaseServer* server_;
  };

  // A stop() under way: serve_forever() leaves the grace to it.
  class Stopping {
   public:
    explicit Stopping(BaseServer& server) noexcept : server_(server) { ++server.stopping_; }
    Stopping(const Stopping&) = delete;
    Stopping& operator=(const Stopping&) = delete;
    ~Stopping() {
      --server_.stopping_;
      server_.closed_.notify_all();
    }

   private:
    BaseServer& server_;
  };

  void task_ended() noexcept;
  [[nodiscard]] bool is_handler(std::uint64_t fiber) noexcept;
  [[nodiscard]] bool wait_for_tasks(std::size_t left, Deadline deadline);

  const std::size_t max_tasks_;
  Pool* const pool_;
  const SourceLocation where_;
  const Logger log_{"gnet"};
  std::optional<Endpoint> address_;
  bool started_ = false;
  std::size_t active_ = 0;
  std::size_t stopping_ = 0;
  IntrusiveList<Task> tasks_;
  WaitQueue ended_;
  WaitQueue closed_;
};

}  // namespace gnet
