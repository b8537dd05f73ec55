#include "gnet/diag/watchdog.h"

#include <execinfo.h>
#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "gnet/base/background_thread.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/base/unpatched.h"
#include "gnet/diag/symbols.h"
#include "gnet/fiber/hub_watch.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet {
namespace {

using detail::HubWatch;
using diag::Blocked;
using diag::WatchdogOptions;

constexpr int kSignal = SIGURG;
constexpr std::size_t kStackSize = 256 * 1024;

// How long a thread has to answer, and how often that is looked at.
constexpr Duration kPatience = std::chrono::seconds(1);
constexpr Duration kAnswerInterval = std::chrono::milliseconds(1);

constexpr int kDigits = 2;  // of durations

// The instruction that the signal has interrupted, or null where that is not known.
void* interrupted_at(const void* context) noexcept {
#if defined(__x86_64__)
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
  return reinterpret_cast<void*>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return reinterpret_cast<void*>(static_cast<const ucontext_t*>(context)->uc_mcontext.pc);
#else
  static_cast<void>(context);
  return nullptr;
#endif
}

// On the hub's thread, in the midst of anything: only what is safe there. backtrace() is, once it
// has been called before.
void on_signal(int, siginfo_t*, void* context) {
  const int saved = errno;
  detail::Scheduler* hub = detail::Scheduler::current_if_any();
  HubWatch* watch = hub != nullptr ? hub->watch() : nullptr;
  if (HubWatch::Snapshot* wanted = watch != nullptr ? watch->wanted() : nullptr) {
    wanted->owner.take(hub->running_if_any());
    wanted->count = backtrace(wanted->frames.data(), static_cast<int>(wanted->frames.size()));
    const auto begin = wanted->frames.begin();
    const auto found = std::find(begin, begin + wanted->count, interrupted_at(context));
    // Where that is not among them, only this function is known to be no part of it.
    const bool known = found != begin + wanted->count;
    wanted->skip = known ? static_cast<int>(found - begin) : std::min(1, wanted->count);
    watch->answer();
  }
  errno = saved;
}

std::string thread_name(pthread_t thread) {
  std::array<char, 16> name{};
  pthread_getname_np(thread, name.data(), name.size());
  return name.data();
}

// A hub, and what is known of it.
struct Watched {
  detail::Scheduler* hub;
  std::shared_ptr<Mailbox> mailbox;
  pthread_t thread;
  bool is_first;  // the process's own thread
  std::shared_ptr<HubWatch> watch = nullptr;
  std::uint64_t incident = 0;  // the turn that takes too long
  bool reported = false;
};

// What is to be told, once no lock is held.
struct Report {
  Blocked blocked;
  detail::TurnOwner owner;
  std::vector<void*> frames;
};

// The one watchdog of the process. It is never destroyed: its thread may outlive main().
class Watchdog {
 public:
  static Watchdog& instance() {
    static auto* const watchdog = new Watchdog;
    return *watchdog;
  }

  // Before anything else the environment has a say, unless the program has spoken first.
  [[nodiscard]] bool undecided() {
    const std::lock_guard lock(mutex_);
    return !std::exchange(decided_, true);
  }

  void start(WatchdogOptions options) {
    if (options.max_blocking_time <= Duration::zero()) {
      throw Misuse("a watchdog that lets nobody run for any time");
    }
    std::unique_lock lock(mutex_);
    decided_ = true;
    auto wanted = std::make_shared<const WatchdogOptions>(std::move(options));
    if (!runs_) {
      install_handler();
      // It waits for the lock first.
      if (!detail::start_background_thread("gnet-watchdog", kStackSize, [this] { run(); })) {
        throw_errno(EAGAIN, "cannot start the watchdog");
      }
      runs_ = true;
    }
    options_ = std::move(wanted);
    for (Watched& one : hubs_) attach(one);
    wait_for_handler(lock);
  }

  void stop() {
    std::unique_lock lock(mutex_);
    decided_ = true;
    if (!runs_) return;
    options_ = nullptr;
    changed_.notify_all();
    for (Watched& one : hubs_) detach(one);
    wait_for_handler(lock);
    changed_.wait(lock, [this] { return !runs_ || options_ != nullptr || is_own_thread(); });
  }

  [[nodiscard]] bool runs() {
    const std::lock_guard lock(mutex_);
    return options_ != nullptr;
  }

  void add(detail::Scheduler& hub) {
    const std::lock_guard lock(mutex_);
    hubs_.push_back({.hub = &hub,
                     .mailbox = hub.mailbox(),
                     .thread = pthread_self(),
                     .is_first = getpid() == gettid()});
    if (options_ != nullptr) attach(hubs_.back());
  }

  void remove(detail::Scheduler& hub) {
    const std::lock_guard lock(mutex_);
    std::erase_if(hubs_, [&hub](const Watched& one) { return one.hub == &hub; });
  }

  // For fork(): of all threads only the one that calls it lives on in the child.
  void lock_all() { mutex_.lock(); }
  void unlock_all() { mutex_.unlock(); }
  void begin_anew() {
    const pthread_t self = pthread_self();
    std::erase_if(hubs_, [self](const Watched& one) { return !pthread_equal(one.thread, self); });
    new (&changed_) std::condition_variable;
    options_ = nullptr;
    runs_ = false;
    handling_ = false;
    for (Watched& one : hubs_) detach(one);
    mutex_.unlock();
  }

 private:
  Watchdog() = default;

  static void install_handler() {
    std::array<void*, 2> frames{};
    backtrace(frames.data(), static_cast<int>(frames.size()));  // loads what it needs
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    if (sigaction(kSignal, &action, nullptr) != 0) throw_errno("cannot start the watchdog");
  }

  // Has the hub tell whose turn it is; soon, if it is another thread's.
  void attach(Watched& one) {
    if (one.watch == nullptr) {
      one.watch = std::make_shared<HubWatch>();
      announce(one);
    }
    one.watch->set_limit(options_->max_blocking_time);
    changed_.notify_all();
  }

  static void detach(Watched& one) {
    one.incident = 0;
    if (std::exchange(one.watch, nullptr) != nullptr) announce(one);
  }

  // A letter may come late: what it brings about is what is wanted by then.
  static void announce(const Watched& one) {
    if (one.hub == detail::Scheduler::current_if_any()) {
      apply(one);
    } else {
      one.mailbox->post([] { instance().apply_to(detail::Scheduler::current()); });
    }
  }

  void apply_to(const detail::Scheduler& hub) {
    const std::lock_guard lock(mutex_);
    for (const Watched& one : hubs_) {
      if (one.hub == &hub) apply(one);
    }
  }

  // On the hub's thread.
  static void apply(const Watched& one) {
    if (one.hub->watch() == one.watch.get()) return;
    if (one.watch != nullptr) {
      sigset_t signal;
      sigemptyset(&signal);
      sigaddset(&signal, kSignal);
      pthread_sigmask(SIG_UNBLOCK, &signal, nullptr);
    }
    one.hub->set_watch(one.watch);
  }

  // ---- the watchdog's thread ----

  void run() noexcept {
    std::unique_lock lock(mutex_);
    thread_ = pthread_self();
    while (options_ != nullptr) {
      const TimePoint now = Clock::now();
      TimePoint next = now + options_->max_blocking_time;
      std::vector<Report> reports;
      for (Watched& one : hubs_) {
        if (one.watch != nullptr) next = std::min(next, look(one, now, reports));
      }
      if (!reports.empty()) {
        deliver(lock, std::move(reports));
      } else if (hubs_.empty()) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, next);
      }
    }
    runs_ = false;
    thread_ = {};
    changed_.notify_all();
  }

  // When to look again.
  TimePoint look(Watched& one, TimePoint now, std::vector<Report>& reports) const {
    const TimeSpan limit = options_->max_blocking_time;
    // First, so that a turn that ends meanwhile is not taken for one that goes on.
    for (const HubWatch::LongTurn& ended : one.watch->take_long_turns()) {
      Report& report = begin_report(one, ended.time, reports);
      report.blocked.over = true;
      report.owner = ended.owner;
    }
    const std::uint64_t turn = one.watch->turn();
    if (one.incident != turn) one.incident = 0;
    if (HubWatch::is_idle(turn)) return limit.after(now);
    const TimePoint began = one.watch->began();
    if (now - began < limit) return limit.after(began);
    if (one.incident == 0) {
      one.incident = turn;
      one.reported = false;
      one.watch->ask(turn);
      pthread_kill(one.thread, kSignal);
    }
    if (one.reported) return limit.after(now);
    const HubWatch::Snapshot* answer = one.watch->answer_for(turn);
    if (answer == nullptr && now - began - limit < kPatience) return now + kAnswerInterval;
    Report& report = begin_report(one, now - began, reports);
    if (answer != nullptr) {
      report.owner = answer->owner;
      report.frames.assign(answer->frames.begin() + answer->skip,
                           answer->frames.begin() + answer->count);
    } else {
      report.blocked.fiber = "somebody who does not answer";
    }
    one.reported = true;
    return now;
  }

  static Report& begin_report(const Watched& one, Duration time, std::vector<Report>& reports) {
    Report& report = reports.emplace_back();
    report.blocked.time = time;
    report.blocked.thread = one.is_first ? "" : thread_name(one.thread);
    return report;
  }

  // Without the lock, so that hubs can begin and end meanwhile.
  void deliver(std::unique_lock<std::mutex>& lock, std::vector<Report> reports) noexcept {
    const auto options = options_;
    handling_ = true;
    for (Report& report : reports) {
      if (options_ != options) break;  // the handler has stopped it
      lock.unlock();
      try {
        finish(report);
        options->on_blocked ? options->on_blocked(report.blocked) : log(report.blocked);
      } catch (...) {
        // There is nobody to tell.
      }
      lock.lock();
    }
    handling_ = false;
    changed_.notify_all();
  }

  static void finish(Report& report) {
    Blocked& blocked = report.blocked;
    const detail::TurnOwner& owner = report.owner;
    if (blocked.fiber.empty() && !owner.is_fiber) blocked.fiber = "a callback of the hub";
    if (blocked.fiber.empty()) {
      const std::string name = owner.name.data();
      blocked.fiber = !name.empty()   ? name
                      : owner.is_main ? "main"
                                      : fmt::format("fiber-{}", owner.id);
      blocked.origin = detail::origin_text(owner.spawned_at);
    }
    blocked.stack = detail::symbolise(report.frames);
  }

  static void log(const Blocked& blocked) {
    const Logger log("gnet");
    log.warn("{}", blocked.text());
    for (std::size_t i = 0; i < blocked.stack.size(); ++i) {
      log.warn("  #{} {}", i, blocked.stack[i]);
    }
  }

  [[nodiscard]] bool is_own_thread() const { return pthread_equal(thread_, pthread_self()) != 0; }

  void wait_for_handler(std::unique_lock<std::mutex>& lock) {
    changed_.wait(lock, [this] { return !handling_ || is_own_thread(); });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const WatchdogOptions> options_;  // null: it is to end, or has not begun
  bool decided_ = false;                            // whether there is to be one
  bool runs_ = false;
  bool handling_ = false;  // reports are being delivered
  pthread_t thread_{};
  std::vector<Watched> hubs_;
};

// Once a process, with its first hub. A mistake in there is no reason to end.
void start_from_environment() {
  const char* text = std::getenv("GNET_WATCHDOG");
  if (text == nullptr || !Watchdog::instance().undecided()) return;
  try {
    const auto limit = diag::parse_watchdog(text);
    if (!limit) throw std::invalid_argument("it is neither on, off nor a duration such as 250ms");
    if (*limit > Duration::zero()) diag::start_watchdog({.max_blocking_time = *limit});
  } catch (const std::exception& error) {
    const auto complaint =
        fmt::format("gnet: GNET_WATCHDOG='{}' is ignored: {}\n", text, error.what());
    const detail::Unpatched unpatched;
    [[maybe_unused]] const auto written = write(STDERR_FILENO, complaint.data(), complaint.size());
  }
}

}  // namespace

void detail::hub_born(detail::Scheduler& hub) {
  static const bool prepared = [] {
    pthread_atfork([] { Watchdog::instance().lock_all(); },
                   [] { Watchdog::instance().unlock_all(); },
                   [] { Watchdog::instance().begin_anew(); });
    start_from_environment();
    return true;
  }();
  static_cast<void>(prepared);
  Watchdog::instance().add(hub);
}

void detail::hub_ends(detail::Scheduler& hub) noexcept {
  Watchdog::instance().remove(hub);
}

namespace diag {

std::string Blocked::text() const {
  return fmt::format("{}{} {} {} for {}{}", fiber, origin.empty() ? "" : " (" + origin + ")",
                     over ? "held up" : "has held up",
                     thread.empty() ? "its hub" : "the hub of thread " + thread,
                     format_duration(time, kDigits), over ? " in all" : "");
}

void start_watchdog(WatchdogOptions options) {
  Watchdog::instance().start(std::move(options));
}

void stop_watchdog() {
  Watchdog::instance().stop();
}

bool watchdog_runs() {
  return Watchdog::instance().runs();
}

std::optional<Duration> parse_watchdog(std::string_view text) {
  const auto is_one_of = [text](const auto&... words) { return ((text == words) || ...); };
  if (is_one_of("on", "yes", "true", "1")) return WatchdogOptions().max_blocking_time;
  if (is_one_of("off", "no", "false", "0")) return Duration::zero();
  return parse_duration(text);
}

}  // namespace diag
}  // namespace gnet
