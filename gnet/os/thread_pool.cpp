#include "gnet/os/thread_pool.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <new>
#include <unordered_set>

#include "gnet/base/background_thread.h"
#include "gnet/base/error.h"
#include "gnet/fiber/hub_watch.h"

namespace gnet {
namespace {

using detail::PoolJob;

constexpr std::size_t kDefaultThreads = 10;
constexpr std::size_t kThreadStack = 8 * 1024 * 1024;  // of address space: what main() has
constexpr std::size_t kLongestName = 15;               // that the kernel takes
constexpr auto kExitGrace = std::chrono::seconds(2);

// Where a job has made a hub of its own, a watchdog looks on. No turn of that hub goes on while
// the thread waits for the next job, nor while that job blocks, until it uses the hub again.
void rest_hub() noexcept {
  const detail::Scheduler* hub = detail::Scheduler::current_if_any();
  if (hub != nullptr && hub->watch() != nullptr) hub->watch()->begin_idle(Clock::now());
}

[[noreturn]] void refuse_to_be_destroyed() {
  throw Misuse("a thread pool was destroyed by a function that it runs");
}

}  // namespace

// What a pool shares with its threads, which may outlive it by their last steps.
class ThreadPool::Threads : public std::enable_shared_from_this<Threads> {
 public:
  Threads(std::size_t max_threads, ThreadPoolOptions options);
  ~Threads();

  static const Threads* current() noexcept { return current_; }

  // Queues the job, and returns whether there is room for it. If there is not, `admitted` is told
  // once there is.
  bool submit(const std::shared_ptr<PoolJob>& job, AsyncResult<>* admitted);
  void withdraw(PoolJob& job) noexcept;
  void resize(std::size_t max_threads);

  // True if there is nothing to do; otherwise `result` is set once that is so.
  bool idle_or_tell(AsyncResult<>& result);

  // Drops what waits and ends the threads, as far as they do by the time given.
  void end(std::optional<Duration> grace);

  [[nodiscard]] std::size_t max_threads() const;
  [[nodiscard]] std::size_t threads() const;
  [[nodiscard]] std::size_t unfinished() const;

 private:
  // All pools of the process, for fork().
  struct Registry;

  void work();
  [[nodiscard]] bool enough_threads();
  [[nodiscard]] bool has_room() const noexcept;
  void admit();
  void admit_first();
  [[nodiscard]] bool idle() const noexcept { return busy_ + leaving_ == 0 && queue_.empty(); }
  std::vector<AsyncResult<>::Setter> take_waiting_for_idle();
  void start_again();

  static thread_local const Threads* current_;  // whose thread this is

  ThreadPoolOptions options_;  // constant
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<std::shared_ptr<PoolJob>> queue_;  // not begun
  std::size_t admitted_ = 0;                    // of them, from the front: there is room for them
  std::size_t max_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;     // of them, waiting
  std::size_t busy_ = 0;     // of them, inside a job
  std::size_t leaving_ = 0;  // of them, delivering its result
  bool ending_ = false;
  std::vector<AsyncResult<>::Setter> waiting_for_idle_;
};

thread_local const ThreadPool::Threads* ThreadPool::Threads::current_ = nullptr;

// A child of fork() has none of the threads. All locks are held across it, so that it finds
// everything in order.
struct ThreadPool::Threads::Registry {
  static Registry& instance() {
    static Registry& registry = *new Registry;
    return registry;
  }

  Registry() {
    ::pthread_atfork([] { instance().lock(); }, [] { instance().unlock(); },
                     [] { instance().start_again(); });
  }
  void lock() {
    mutex.lock();
    for (Threads* pool : pools) pool->mutex_.lock();
  }
  void unlock() {
    for (Threads* pool : pools) pool->mutex_.unlock();
    mutex.unlock();
  }
  void start_again() {
    for (Threads* pool : pools) pool->start_again();
    unlock();
  }

  std::mutex mutex;
  std::unordered_set<Threads*> pools;
};

ThreadPool::Threads::Threads(std::size_t max_threads, ThreadPoolOptions options)
    : options_(std::move(options)), max_(max_threads) {
  options_.name.resize(std::min(options_.name.size(), kLongestName));
  Registry& registry = Registry::instance();
  const std::lock_guard lock(registry.mutex);
  registry.pools.insert(this);
}

ThreadPool::Threads::~Threads() {
  Registry& registry = Registry::instance();
  const std::lock_guard lock(registry.mutex);
  registry.pools.erase(this);
}

bool ThreadPool::Threads::submit(const std::shared_ptr<PoolJob>& job, AsyncResult<>* admitted) {
  std::unique_lock lock(mutex_);
  if (ending_) throw Misuse("the thread pool has ended");
  queue_.push_back(job);
  if (!enough_threads()) {
    queue_.pop_back();
    throw_errno(EAGAIN, "cannot start a thread");
  }
  const bool wakes = idle_ > 0;
  admit();
  const bool room = admitted_ == queue_.size();
  if (!room && admitted != nullptr) job->admitted.emplace(admitted->setter());
  lock.unlock();
  // Not before: the thread would wake to wait for the lock.
  if (wakes) wake_.notify_one();
  return room;
}

void ThreadPool::Threads::withdraw(PoolJob& job) noexcept {
  std::shared_ptr<PoolJob> dropped;  // outside the lock
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find(queue_, &job, [](const auto& queued) { return queued.get(); });
  if (found == queue_.end()) return;
  dropped = std::move(*found);
  if (static_cast<std::size_t>(found - queue_.begin()) < admitted_) --admitted_;
  queue_.erase(found);
  admit();
  for (auto& idle : take_waiting_for_idle()) idle.set();
}

void ThreadPool::Threads::resize(std::size_t max_threads) {
  const std::lock_guard lock(mutex_);
  max_ = max_threads;
  static_cast<void>(enough_threads());
  wake_.notify_all();
  admit();
}

bool ThreadPool::Threads::idle_or_tell(AsyncResult<>& result) {
  const std::lock_guard lock(mutex_);
  if (idle()) return true;
  waiting_for_idle_.push_back(result.setter());
  return false;
}

void ThreadPool::Threads::end(std::optional<Duration> grace) {
  std::unique_lock lock(mutex_);
  ending_ = true;
  admitted_ = 0;
  const auto dropped = std::exchange(queue_, {});
  wake_.notify_all();
  lock.unlock();
  for (const auto& job : dropped) {
    job->admitted.reset();
    job->abandon(std::make_exception_ptr(ResultAbandoned()));
    PoolJob::send_home(job);
  }
  lock.lock();
  const auto all = [this] { return threads_ == 0; };
  if (grace) {
    ended_.wait_for(lock, *grace, all);
  } else {
    ended_.wait(lock, all);
  }
}

std::size_t ThreadPool::Threads::max_threads() const {
  const std::lock_guard lock(mutex_);
  return max_;
}

std::size_t ThreadPool::Threads::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_;
}

std::size_t ThreadPool::Threads::unfinished() const {
  const std::lock_guard lock(mutex_);
  return queue_.size() + busy_;
}

// Sees to a free thread for each job that waits, within the bound. False if there should be one
// and is none at all.
bool ThreadPool::Threads::enough_threads() {
  while (threads_ - busy_ < queue_.size() && threads_ < max_) {
    const bool started = detail::start_background_thread(
        options_.name.c_str(), kThreadStack, [self = shared_from_this()] { self->work(); });
    if (!started) break;
    ++threads_;
  }
  return threads_ > 0 || max_ == 0;
}

bool ThreadPool::Threads::has_room() const noexcept {
  const std::size_t taken = busy_ + admitted_;
  return taken < max_ || taken - max_ < options_.queue;  // their sum may be out of range
}

// Those for which there is room now are told.
void ThreadPool::Threads::admit() {
  while (admitted_ < queue_.size() && has_room()) admit_first();
}

void ThreadPool::Threads::admit_first() {
  auto& admitted = queue_[admitted_++]->admitted;
  if (!admitted) return;
  admitted->set();
  admitted.reset();
}

// Those to be told that there is nothing to do, if that is so.
std::vector<AsyncResult<>::Setter> ThreadPool::Threads::take_waiting_for_idle() {
  if (!idle()) return {};
  return std::exchange(waiting_for_idle_, {});
}

void ThreadPool::Threads::work() {
  current_ = this;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto called = [this] { return ending_ || threads_ > max_ || !queue_.empty(); };
    ++idle_;
    rest_hub();
    const bool in_time = wake_.wait_until(lock, Deadline(options_.idle).when(), called);
    --idle_;
    if (!in_time || queue_.empty() || threads_ > max_) break;
    if (admitted_ == 0) admit_first();  // the pool has shrunk since it came
    std::shared_ptr<PoolJob> job = std::move(queue_.front());
    queue_.pop_front();
    --admitted_;
    ++busy_;
    lock.unlock();
    job->run();
    lock.lock();
    --busy_;
    ++leaving_;
    admit();
    lock.unlock();
    PoolJob::send_home(std::move(job));
    lock.lock();
    --leaving_;
    for (auto& idle : take_waiting_for_idle()) idle.set();
  }
  --threads_;
  ended_.notify_all();
}

// In the child of a fork(), with the lock held. What waited is the parent's: it is not even
// destroyed, for that could have effects outside the process.
void ThreadPool::Threads::start_again() {
  static std::vector<void*>& left = *new std::vector<void*>;
  left.push_back(new auto(std::exchange(queue_, {})));
  left.push_back(new auto(std::exchange(waiting_for_idle_, {})));
  threads_ = idle_ = busy_ = leaving_ = admitted_ = 0;
  new (&wake_) std::condition_variable;
  new (&ended_) std::condition_variable;
}

// ---- ThreadPool ----

ThreadPool::ThreadPool(std::size_t max_threads, ThreadPoolOptions options)
    : threads_(std::make_shared<Threads>(max_threads, std::move(options))) {}

ThreadPool::~ThreadPool() {
  if (on_own_thread()) refuse_to_be_destroyed();
  threads_->end(std::nullopt);
}

bool ThreadPool::on_own_thread() const noexcept {
  return Threads::current() == threads_.get();
}

void ThreadPool::run(const std::shared_ptr<PoolJob>& job) {
  if (on_own_thread()) return job->run();
  detail::Scheduler& hub = detail::Scheduler::current();
  hub.checkpoint();
  const detail::Scheduler::KeepAlive alive(hub);
  threads_->submit(job, nullptr);
  try {
    job->wait();
  } catch (...) {
    withdraw(*job);
    throw;
  }
}

void ThreadPool::begin(const std::shared_ptr<PoolJob>& job) {
  if (on_own_thread()) {
    job->run();
    return job->finish();
  }
  detail::Scheduler::current().checkpoint();
  AsyncResult<> admitted;
  if (!threads_->submit(job, &admitted)) {
    try {
      admitted.wait();
    } catch (...) {
      withdraw(*job);
      throw;
    }
  }
  if (!job->ready()) job->keep_alive();
}

void ThreadPool::withdraw(PoolJob& job) noexcept {
  if (!job.ready()) threads_->withdraw(job);
  job.drop();
}

void ThreadPool::resize(std::size_t max_threads) {
  threads_->resize(max_threads);
}

bool ThreadPool::join(Deadline deadline) {
  AsyncResult<> idle;
  detail::Scheduler::current().checkpoint();
  return threads_->idle_or_tell(idle) || idle.wait(deadline);
}

std::size_t ThreadPool::max_threads() const {
  return threads_->max_threads();
}

std::size_t ThreadPool::threads() const {
  return threads_->threads();
}

std::size_t ThreadPool::unfinished() const {
  return threads_->unfinished();
}

ThreadPool& default_thread_pool() {
  static ThreadPool& pool = *[] {
    auto* made = new ThreadPool(kDefaultThreads);  // a job may still run when the process ends
    std::atexit([] { default_thread_pool().threads_->end(kExitGrace); });
    return made;
  }();
  return pool;
}

}  // namespace gnet
