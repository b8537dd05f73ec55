// A Queue that knows when everything put into it has been dealt with.
//
// Each item that goes in is one unfinished task; whoever took it says task_done() once
// it has been worked on, and join() parks until no task is unfinished.
//
//   gnet::JoinableQueue<Job> jobs(100);
//   auto worker = gnet::spawn([&] { for (auto& job : jobs) { job.run(); jobs.task_done(); } });
//   for (auto& job : all) jobs.put(job);
//   jobs.join();                               // all have been run
//   jobs.shutdown();                           // the worker ends
//
// Threads: a JoinableQueue belongs to the hub on which it was made; use from another
// thread throws Misuse.

#pragma once

#include <cstddef>

#include "gnet/sync/queue.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {
namespace detail {

inline constexpr WaitKind kUnfinishedTasks{"the tasks of JoinableQueue"};

[[noreturn]] void throw_too_many_done();

// The storage of a JoinableQueue: counts what is put in.
template <typename T>
struct TaskRow : RingBuffer<T> {
  template <typename... Args>
  void emplace_back(Args&&... args) {
    RingBuffer<T>::emplace_back(std::forward<Args>(args)...);
    ++unfinished;
  }
  std::size_t unfinished = 0;
};

template <typename T>
struct QueueWaits<TaskRow<T>> {
  static constexpr WaitKind kItem{"an item in JoinableQueue"};
  static constexpr WaitKind kRoom{"room in JoinableQueue"};
};

}  // namespace detail

// put(), get(), peek(), close() and their forms: see BasicQueue in queue.h.
template <typename T>
class JoinableQueue : public BasicQueue<T, detail::TaskRow<T>> {
  using Base = BasicQueue<T, detail::TaskRow<T>>;

 public:
  using Base::Base;

  // How many items were put and are not done.
  [[nodiscard]] std::size_t unfinished_tasks() const noexcept { return this->storage().unfinished; }

  // One item that was taken is done. Throws Misuse when none is unfinished.
  void task_done() {
    this->hub().check_thread();
    if (unfinished_tasks() == 0) detail::throw_too_many_done();
    finish(1);
  }

  // Suspends until no task is unfinished, be it for a moment.
  void join() { static_cast<void>(join(Deadline::never())); }

  // As join(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool join(Deadline deadline) {
    this->hub().check_thread();
    this->hub().checkpoint();
    return unfinished_tasks() == 0 || joiners_.wait(detail::kUnfinishedTasks, this, deadline);
  }

  // As close(), and drops what is in the queue; what is dropped counts as done.
  void close_now() {
    this->hub().check_thread_or_ended();
    const std::size_t dropped = this->storage().size();
    Base::close_now();
    if (dropped > 0) finish(dropped);
  }

  // The name that Python has for close(), or with `immediate` for close_now().
  void shutdown(bool immediate = false) {
    if (immediate) {
      close_now();
    } else {
      this->close();
    }
  }

 private:
  void finish(std::size_t tasks) {
    this->storage().unfinished -= tasks;
    if (unfinished_tasks() == 0) joiners_.notify_all();
  }

  WaitQueue joiners_;
};

}  // namespace gnet
