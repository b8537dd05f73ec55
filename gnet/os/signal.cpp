#include "gnet/os/signal.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <string>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/intrusive_list.h"
#include "gnet/fiber/fiber.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kSignal{"a signal"};

constexpr int kSignals = 65;  // 1 to 64
constexpr std::size_t kHubs = 64;

class Receiver;

// What a signal handler needs to reach one hub. A slot, and its eventfd, stay for the
// life of the process: a handler that runs on another thread may still be about to
// write to it when its hub ends.
struct Slot {
  // In the child of a fork(): what has arrived is the parent's.
  void renew() noexcept {
    if (event >= 0) close(event);
    event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (auto& count : pending) count = 0;
  }

  int event = -1;
  std::array<std::atomic<unsigned>, kSignals> pending{};
  std::atomic<detail::Scheduler*> hub{nullptr};  // that has the slot
  std::atomic<Receiver*> receiver{nullptr};
};

std::array<Slot, kHubs> slots;
std::array<std::atomic<std::uint64_t>, kSignals> interested{};  // a bit for each slot
std::array<std::atomic<int>, kSignals> deadly{};                // exit_on_signal()

// What is known of each signal, apart from its handler.
struct Disposition {
  unsigned users = 0;
  struct sigaction previous {};
};
std::mutex mutex;
std::array<Disposition, kSignals> dispositions;

extern "C" void gnet_signal_arrived(int signal) {
  const int saved = errno;
  const auto index = static_cast<std::size_t>(signal);
  if (deadly[index].load() > 0) _exit(128 + signal);
  std::uint64_t hubs = interested[index].load();
  for (; hubs != 0; hubs &= hubs - 1) {
    Slot& slot = slots[static_cast<std::size_t>(__builtin_ctzll(hubs))];
    slot.pending[index].fetch_add(1);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(slot.event, &one, sizeof one);
  }
  errno = saved;
}

// The first user of a signal installs the handler, the last one takes it away.
void use_signal(int signal) {
  const std::lock_guard lock(mutex);
  Disposition& disposition = dispositions[static_cast<std::size_t>(signal)];
  if (disposition.users == 0) {
    struct sigaction action {};
    action.sa_handler = gnet_signal_arrived;
    // Other system calls go on; the hub's wait is interrupted by the eventfd. The
    // alternative stack, where there is one, has more room than a fiber's may have.
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    if (sigaction(signal, &action, &disposition.previous) != 0) {
      throw_errno("cannot handle signal " + std::to_string(signal));
    }
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    pthread_sigmask(SIG_UNBLOCK, &one, nullptr);  // it may have been inherited as blocked
  }
  ++disposition.users;
}

void leave_signal(int signal) noexcept {
  const std::lock_guard lock(mutex);
  Disposition& disposition = dispositions[static_cast<std::size_t>(signal)];
  if (disposition.users == 0) return;  // of a hub that the child of a fork() does not have
  if (--disposition.users == 0) sigaction(signal, &disposition.previous, nullptr);
}

// With the lock held. The child has one of the hubs, or none; signals for which the others had
// handlers do there what they did before.
void begin_in_child() noexcept {
  const detail::Scheduler* const own = detail::Scheduler::current_if_any();
  std::uint64_t kept = 0;
  for (std::size_t i = 0; i < kHubs; ++i) {
    Slot& slot = slots[i];
    if (own != nullptr && slot.hub == own) {
      kept = std::uint64_t{1} << i;
      continue;
    }
    slot.hub = nullptr;
    slot.receiver = nullptr;
  }
  for (int signal = 1; signal < kSignals; ++signal) {
    const auto index = static_cast<std::size_t>(signal);
    interested[index] &= kept;
    if (dispositions[index].users == 0 || interested[index] != 0 || deadly[index] != 0) continue;
    dispositions[index].users = 0;
    sigaction(signal, &dispositions[index].previous, nullptr);
  }
  mutex.unlock();
}

void prepare_for_fork() {
  static const bool prepared = [] {
    pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, begin_in_child);
    return true;
  }();
  static_cast<void>(prepared);
}

}  // namespace

struct detail::SignalSubscription : ListHook {
  ~SignalSubscription() { cancel(); }
  void cancel() noexcept;

  int signal = 0;
  bool exits = false;
  bool cancelled = false;
  UniqueFunction<void(int)> deliver;   // on the hub; does not suspend
  UniqueFunction<void(int)> function;  // of on_signal()
  std::shared_ptr<Receiver> receiver;
};

namespace {

using Subscription = detail::SignalSubscription;

// The signals of one hub.
class Receiver {
 public:
  explicit Receiver(detail::Scheduler& hub) : hub_(hub), slot_(&take_slot()) {
    try {
      hub.poller().watch(
          slot_->event,
          [](void* context) noexcept {
            // A hub that shuts down may still look when the slot has another owner, who may be
            // about to go too.
            const Slot& slot = *static_cast<Slot*>(context);
            if (slot.hub == detail::Scheduler::current_if_any()) slot.receiver.load()->receive();
          },
          slot_,
          [](void* context) noexcept {
            Slot& slot = *static_cast<Slot*>(context);
            slot.renew();
            return slot.event;
          });
    } catch (...) {
      give_back_slot();
      throw;
    }
  }

  // The calling hub's.
  static std::shared_ptr<Receiver> current() {
    struct Owner {
      std::shared_ptr<Receiver> receiver;
      ~Owner() {
        if (receiver) receiver->close();
      }
    };
    prepare_for_fork();
    detail::Scheduler& hub =
        detail::Scheduler::current();  // made first, so that it ends after its Receiver
    thread_local Owner owner;
    if (!owner.receiver) owner.receiver = std::make_shared<Receiver>(hub);
    return owner.receiver;
  }

  void add(Subscription& subscription) {
    if (slot_ == nullptr) throw Misuse("this thread's hub has ended: too late for signals");
    const auto index = static_cast<std::size_t>(subscription.signal);
    use_signal(subscription.signal);
    if (subscription.exits) {
      ++deadly[index];
    } else if (users_[index]++ == 0) {
      slot_->pending[index] = 0;
      interested[index] |= bit();
    }
    subscriptions_.push_back(subscription);
  }

  void remove(Subscription& subscription) noexcept {
    if (slot_ == nullptr) return;
    subscription.unlink();
    const auto index = static_cast<std::size_t>(subscription.signal);
    if (subscription.exits) {
      --deadly[index];
    } else if (--users_[index] == 0) {
      interested[index] &= ~bit();
    }
    leave_signal(subscription.signal);
  }

  // The hub ends: what it is still interested in is not handled any more.
  void close() noexcept {
    subscriptions_.for_each([this](Subscription& subscription) {
      subscription.cancelled = true;
      remove(subscription);
    });
    give_back_slot();
  }

 private:
  Slot& take_slot() {
    const std::lock_guard lock(mutex);
    for (Slot& slot : slots) {
      if (slot.receiver != nullptr) continue;
      if (slot.event < 0) slot.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (slot.event < 0) throw_errno("cannot handle signals");
      slot.receiver = this;  // before the lock goes: nobody else may take it
      slot.hub = &hub_;
      return slot;
    }
    throw Misuse("too many threads handle signals");
  }

  void give_back_slot() noexcept {
    const std::lock_guard lock(mutex);
    slot_->hub = nullptr;
    std::exchange(slot_, nullptr)->receiver = nullptr;
  }

  [[nodiscard]] std::uint64_t bit() const noexcept {
    return std::uint64_t{1} << (slot_ - slots.data());
  }

  void receive() noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(slot_->event, &count, sizeof count);
    for (int signal = 1; signal < kSignals; ++signal) {
      unsigned times = slot_->pending[static_cast<std::size_t>(signal)].exchange(0);
      for (; times > 0; --times) {
        subscriptions_.for_each([&](Subscription& subscription) {
          if (subscription.signal == signal && subscription.deliver) deliver(subscription);
        });
      }
    }
  }

  void deliver(Subscription& subscription) noexcept {
    try {
      subscription.deliver(subscription.signal);
    } catch (...) {
      hub_.report_error("the delivery of a signal", std::current_exception());
    }
  }

  detail::Scheduler& hub_;
  Slot* slot_;  // null once the hub has ended
  std::array<unsigned, kSignals> users_{};
  IntrusiveList<Subscription> subscriptions_;
};

std::shared_ptr<Subscription> subscribe(int signal, bool exits) {
  if (signal < 1 || signal >= kSignals) {
    throw_errno(EINVAL, "cannot handle signal " + std::to_string(signal));
  }
  auto subscription = std::make_shared<Subscription>();
  subscription->signal = signal;
  subscription->exits = exits;
  auto receiver = Receiver::current();
  receiver->add(*subscription);
  subscription->receiver = std::move(receiver);
  return subscription;
}

}  // namespace

void detail::SignalSubscription::cancel() noexcept {
  if (std::exchange(cancelled, true) || !receiver) return;
  receiver->remove(*this);
}

// ---- SignalHandler ----

SignalHandler::SignalHandler() noexcept = default;

SignalHandler::SignalHandler(std::shared_ptr<detail::SignalSubscription> subscription) noexcept
    : subscription_(std::move(subscription)) {}

SignalHandler::SignalHandler(SignalHandler&& other) noexcept = default;

SignalHandler& SignalHandler::operator=(SignalHandler&& other) noexcept {
  if (this == &other) return *this;
  cancel();
  subscription_ = std::move(other.subscription_);
  return *this;
}

SignalHandler::~SignalHandler() {
  cancel();
}

void SignalHandler::cancel() noexcept {
  if (const auto subscription = std::exchange(subscription_, nullptr)) subscription->cancel();
}

SignalHandler on_signal(int signal, UniqueFunction<void(int)> function) {
  auto subscription = subscribe(signal, false);
  subscription->function = std::move(function);
  subscription->deliver = [weak = std::weak_ptr(subscription)](int arrived) {
    spawn({.name = "signal " + std::to_string(arrived)}, [weak, arrived] {
      const auto held = weak.lock();
      if (held && !held->cancelled) held->function(arrived);
    });
  };
  return SignalHandler(std::move(subscription));
}

SignalHandler exit_on_signal(int signal) {
  return SignalHandler(subscribe(signal, true));
}

// ---- waiting ----

Signals::Signals(std::initializer_list<int> signals) {
  for (const int signal : signals) {
    auto subscription = subscribe(signal, false);
    subscription->deliver = [this](int arrived) {
      received_.push_back(arrived);
      // All, in their order: the first may be killed before it runs.
      waiters_.notify_all();
    };
    handlers_.push_back(SignalHandler(std::move(subscription)));
  }
}

Signals::~Signals() = default;

int Signals::wait() {
  return wait(Deadline::never()).value();
}

std::optional<int> Signals::wait(Deadline deadline) {
  const detail::Scheduler::KeepAlive alive(waiters_.hub());
  waiters_.hub().checkpoint();
  while (received_.empty()) {
    if (!waiters_.wait(kSignal, this, deadline) && received_.empty()) return std::nullopt;
  }
  const int first = received_.front();
  received_.pop_front();
  return first;
}

int wait_signal(std::initializer_list<int> signals) {
  return Signals(signals).wait();
}

std::optional<int> wait_signal(std::initializer_list<int> signals, Deadline deadline) {
  return Signals(signals).wait(deadline);
}

}  // namespace gnet
