// A child process until its end has been noticed and its number is free again.
//
// Its hub watches it through a pidfd; no handler of SIGCHLD is involved, and nobody
// else's children are touched.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "gnet/base/unique_fd.h"
#include "gnet/io/descriptor_set.h"
#include "gnet/sync/event.h"

namespace gnet::detail {

class ChildProcess : public std::enable_shared_from_this<ChildProcess> {
 public:
  // What adopt() needs, so that it can fail before there is a child.
  static void prepare();

  // Takes over a child that has been started, and watches it. One that cannot be watched is
  // killed, and gone when this throws.
  // `keeps_number`: the number stays taken, by a zombie, until this is destroyed.
  static std::shared_ptr<ChildProcess> adopt(pid_t pid, bool keeps_number = false);

  ChildProcess(pid_t pid, bool keeps_number);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  // Looks without waiting. 0 to 255: it has exited so; negative: that signal has ended it;
  // nothing: it runs.
  std::optional<int> poll();

  // What is known.
  [[nodiscard]] std::optional<int> status() const noexcept { return status_; }

  // Processor time that it has used, with those of its children that it has waited for; 0 until
  // its end is known.
  [[nodiscard]] Duration cpu_time() const noexcept { return cpu_time_; }

  bool wait(Deadline deadline);
  void add_waiter(Waiter& waiter);
  void send_signal(int signal);

  // To all of the process group that it leads. Needs its number to be kept.
  void signal_group(int signal);

  // The owner goes. One that runs is left running, and its end is noticed all the same.
  static void leave(std::shared_ptr<ChildProcess> child) noexcept;

 private:
  struct Interest : DescriptorInterest {
    Interest(ChildProcess& owner, int fd) noexcept;
    ChildProcess& child;
  };

  void watch();
  void watch_from_a_thread();
  void ended();
  [[nodiscard]] bool look();

  pid_t pid_;
  const bool keeps_number_;
  bool number_is_free_ = false;  // nobody is to wait for it any more
  UniqueFd pidfd_;
  std::optional<Interest> interest_;
  std::optional<int> status_;
  Duration cpu_time_{};
  Event ended_;
  std::optional<detail::Scheduler::KeepAlive>
      alive_;  // while something waits that cannot say so itself
};

// Has processes watched by threads, as before Linux 5.3: for tests.
void use_pidfd(bool use) noexcept;

// How many children whose owners have gone have not been reaped yet, on no hub any more.
[[nodiscard]] std::size_t forgotten_children();

}  // namespace gnet::detail
