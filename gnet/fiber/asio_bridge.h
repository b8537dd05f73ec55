// Asio's loop around the hub's poller; programs use it through Hub::io_context():
//
//   asio::steady_timer timer(gnet::Hub::current().io_context(), 1s);
//   timer.async_wait(gnet::use_fiber);
//
// Once a program uses Hub::io_context(), the hub blocks in Asio instead of in its
// own epoll set, which is one descriptor among others there. Only public Asio is
// used. Nesting the other way round loses posts from other threads: Asio does not
// wake a reactor that nobody waits in. Asio's own waits are in milliseconds, so the
// hub's end with a timer in its epoll set.
//
// Threads: an AsioBridge belongs to one hub.

#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include "gnet/base/duration.h"
#include "gnet/base/unique_fd.h"
#include "gnet/fiber/poller.h"

namespace gnet {

class AsioBridge {
 public:
  explicit AsioBridge(Poller& poller);
  AsioBridge(const AsioBridge&) = delete;
  AsioBridge& operator=(const AsioBridge&) = delete;
  ~AsioBridge();

  [[nodiscard]] asio::io_context& io_context() noexcept { return context_; }

  // Runs handlers; blocks at most `timeout` (negative: for ever) for the first, or
  // until the poller has events.
  void wait(Duration timeout);

  // Whether Asio has operations outstanding, other than the bridge's own.
  [[nodiscard]] bool has_work();

  // Whether a handler runs, on this thread.
  [[nodiscard]] bool is_running() noexcept {
    return context_.get_executor().running_in_this_thread();
  }

  // Around fork(). The child's poller has another descriptor.
  void before_fork() noexcept;
  void after_fork_in_parent() noexcept;
  void after_fork_in_child() noexcept;
  void take_poller(int poller) noexcept;

 private:
  static int make_timer() noexcept;
  void set_timer(Duration timeout) noexcept;
  void run_ready_handlers();
  void restart_if_stopped() {
    if (context_.stopped()) context_.restart();
  }

  asio::io_context context_{1};
  asio::posix::stream_descriptor poller_;
  UniqueFd timer_;
  bool timer_set_ = false;
  bool watching_ = false;
};

}  // namespace gnet
