// Threads for what would block a hub: files, foreign libraries, long computations.
//
// A fiber hands a function to the pool and waits for its result, while the others
// run on. Threads are started when they are needed and end after a time without
// work. What the function throws is thrown in the fiber.
//
//   gnet::ThreadPool pool(4);
//   const std::string text = pool.apply(read_whole_file, path);
//   auto size = pool.spawn([path] { return std::filesystem::file_size(path); });
//   auto sums = pool.map(files, [](const std::string& file) { return checksum(file); });
//   use(text, size.get(), sums);
//
// A fiber that is killed or timed out leaves at once. A function that has not begun
// is then not begun any more; one that runs, runs to its end, and its result is
// dropped. So it must own what it uses, or share it: functions and arguments are
// copied or moved into the pool, as by std::thread.
//
// When all threads are busy and a number of functions wait for one, whoever brings
// more is suspended until there is room. On a thread of the pool itself apply(),
// spawn() and map() run the function there and then, so that nested use cannot lock
// up. In the child of a fork() the pool is empty and starts threads of its own.
//
// Threads: may be used from any hub. It is made and destroyed once nobody uses it.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "gnet/base/function.h"
#include "gnet/base/ranges.h"
#include "gnet/os/pool_task.h"

namespace gnet {

struct ThreadPoolOptions {
  std::string name = "gnet-pool";            // of the threads, as `top -H` shows it: 15 characters
  std::size_t queue = 64;                    // how many functions may wait for a thread
  TimeSpan idle = std::chrono::seconds(10);  // after which a thread without work ends
};

class ThreadPool {
 public:
  // No thread is started yet.
  explicit ThreadPool(std::size_t max_threads = 10, ThreadPoolOptions options = {});
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Drops the functions that have not begun: whoever waits for them gets
  // ResultAbandoned. Blocks this thread until those that run have ended; join()
  // before to have it suspend only the fiber. Not for a function that the pool runs.
  ~ThreadPool();

  // Calls function(arguments...) on a thread of the pool. Suspends until it has ended;
  // returns its result, or throws what it threw. Throws std::system_error when not one
  // thread can be had.
  template <typename F, typename... Args>
  auto apply(F&& function, Args&&... arguments) {
    const auto job = make_job(std::forward<F>(function), std::forward<Args>(arguments)...);
    run(job);
    return job->take();
  }

  // As apply(), but returns a handle at once; suspends only while there is no room.
  // Dropping the handle lets the function run on; an error of it is then reported as
  // that of a fiber would be.
  template <typename F, typename... Args>
  [[nodiscard]] auto spawn(F&& function, Args&&... arguments) {
    auto job = make_job(std::forward<F>(function), std::forward<Args>(arguments)...);
    begin(job);
    return PoolTask(std::move(job));
  }

  // Calls function(item) for a copy of each item, on as many threads as there are.
  // Suspends until all have ended; their results, in order. Of the errors the one of
  // the first item is thrown, and what has not begun by then is not begun.
  //
  // The function is called by several threads at the same time.
  template <std::ranges::input_range Range, typename F>
  auto map(Range&& items, F&& function) {
    using Item = std::ranges::range_value_t<Range>;
    using Result = std::invoke_result_t<std::decay_t<F>&, Item&>;
    const auto shared = std::make_shared<std::decay_t<F>>(std::forward<F>(function));
    const auto call = [shared](Item item) { return (*shared)(item); };
    Batch<std::remove_cvref_t<Result>> batch{*this, {}};
    for (auto&& item : items) {
      batch.jobs.push_back(make_job(call, Item(std::forward<decltype(item)>(item))));
      begin(batch.jobs.back());
    }
    return batch.results();
  }

  // Changes how many threads there may be at most. None: what comes waits until there
  // are again. Those too many end when they have done what they do. Does not suspend.
  void resize(std::size_t max_threads);

  // Suspends until the pool has nothing to do. False: the deadline passed first.
  void join() { static_cast<void>(join(Deadline::never())); }
  [[nodiscard]] bool join(Deadline deadline);

  [[nodiscard]] std::size_t max_threads() const;

  // How many threads there are now.
  [[nodiscard]] std::size_t threads() const;

  // How many functions run, or wait to.
  [[nodiscard]] std::size_t unfinished() const;

 private:
  friend ThreadPool& default_thread_pool();

  // The jobs of a map(). Those that it does not come to are withdrawn.
  template <typename T>
  struct Batch {
    ~Batch() {
      for (const auto& job : jobs) pool.withdraw(*job);
    }
    auto results() {
      if constexpr (std::is_void_v<T>) {
        for (const auto& job : jobs) job->wait(), job->take();
      } else {
        std::vector<T> all;
        all.reserve(jobs.size());
        for (const auto& job : jobs) job->wait(), all.push_back(job->take());
        return all;
      }
    }
    ThreadPool& pool;
    std::vector<std::shared_ptr<detail::PoolResult<T>>> jobs;
  };

  // The function with its arguments, owned.
  template <typename F, typename... Args>
  static auto make_job(F&& function, Args&&... arguments) {
    using T = std::remove_cvref_t<std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>>;
    auto call = [function = std::decay_t<F>(std::forward<F>(function)),
                 arguments = std::tuple<std::decay_t<Args>...>(
                     std::forward<Args>(arguments)...)]() mutable -> T {
      return std::apply(std::move(function), std::move(arguments));
    };
    std::shared_ptr<detail::PoolResult<T>> job =
        std::make_shared<detail::PoolCall<T, decltype(call)>>(std::move(call));
    return job;
  }

  [[nodiscard]] bool on_own_thread() const noexcept;

  // Submits the job and suspends until it is done; withdraws it when interrupted.
  void run(const std::shared_ptr<detail::PoolJob>& job);

  // Submits the job, and suspends while there is no room for it.
  void begin(const std::shared_ptr<detail::PoolJob>& job);

  // Nobody waits for the job any more: it is not begun when it has not been yet.
  void withdraw(detail::PoolJob& job) noexcept;

  class Threads;
  std::shared_ptr<Threads> threads_;
};

// The pool of the process, of 10 threads, for all hubs. When the process exits, what
// has not begun is dropped, and what runs is given two seconds to end.
[[nodiscard]] ThreadPool& default_thread_pool();

}  // namespace gnet
