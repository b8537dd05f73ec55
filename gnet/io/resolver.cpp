#include "gnet/io/resolver.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "gnet/base/background_thread.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/hub.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/sync/event.h"

namespace gnet {
namespace {

using detail::LookUp;
using detail::Resolved;

constexpr std::size_t kMaxThreads = 4;
constexpr std::size_t kMaxQueue = 1024;
constexpr std::size_t kThreadStack = 512 * 1024;  // name service modules are not modest
constexpr auto kIdle = std::chrono::seconds(10);
constexpr auto kIdleEnd = std::chrono::milliseconds(100);

class ResolveCategory : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "resolve"; }
  [[nodiscard]] std::string message(int code) const override { return ::gai_strerror(code); }
};

std::error_code resolve_code(int code) {
  return {code, resolve_category()};
}

std::optional<asio::ip::address> to_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return asio::ip::address_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return asio::ip::address_v6(bytes, in.sin6_scope_id);
  }
  return std::nullopt;
}

Resolved ask_system(const std::string& host, Family family) {
  addrinfo hints{};
  hints.ai_family = family == Family::v4 ? AF_INET : family == Family::v6 ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // each address once, not once for each kind of socket
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code == EAI_SYSTEM) return {{errno, std::system_category()}, {}};
  if (code != 0) return {resolve_code(code), {}};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Resolved result;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    const auto address = to_address(entry->ai_addr);
    auto& all = result.addresses;
    if (address && std::find(all.begin(), all.end(), *address) == all.end()) {
      all.push_back(*address);
    }
  }
  if (result.addresses.empty()) result.error = resolve_code(EAI_NONAME);
  return result;
}

// A fiber that waits for an answer. Used on its hub's thread only; others just hold it.
struct Request {
  Event* answered = nullptr;  // null once the fiber has lost its interest
  std::shared_ptr<const Resolved> result;
};

struct Key {
  std::string host;
  Family family;
  auto operator<=>(const Key&) const = default;
};

struct Lookup {
  struct Waiter {
    std::shared_ptr<Mailbox> mailbox;
    std::shared_ptr<Request> request;
  };
  Key key;
  std::vector<Waiter> waiters;
};

// The lookups of the process and the threads that make them. Never destroyed: a thread may still
// be inside getaddrinfo() when the process ends.
class Lookups {
 public:
  static Lookups& instance() {
    static Lookups& lookups = *new Lookups;
    return lookups;
  }

  // Joins a lookup of the same name that is under way, or queues one.
  std::shared_ptr<Lookup> ask(Key key, Lookup::Waiter waiter) {
    const std::lock_guard lock(mutex_);
    if (const auto found = pending_.find(key); found != pending_.end()) {
      found->second->waiters.push_back(std::move(waiter));
      return found->second;
    }
    if (queue_.size() >= kMaxQueue || !enough_threads(queue_.size() + 1)) {
      throw ResolveError(std::make_error_code(std::errc::resource_unavailable_try_again), key.host);
    }
    auto lookup = std::make_shared<Lookup>();
    lookup->key = key;
    lookup->waiters.push_back(std::move(waiter));
    pending_.emplace(std::move(key), lookup);
    queue_.push_back(lookup);
    wake_.notify_one();
    return lookup;
  }

  // The request's fiber waits no longer. A lookup that nobody waits for is not begun.
  void forget(const std::shared_ptr<Lookup>& lookup, const std::shared_ptr<Request>& request) {
    const std::lock_guard lock(mutex_);
    std::erase_if(lookup->waiters, [&](const auto& waiter) { return waiter.request == request; });
    if (!lookup->waiters.empty()) return;
    const auto queued = std::find(queue_.begin(), queue_.end(), lookup);
    if (queued == queue_.end()) return;
    queue_.erase(queued);
    pending_.erase(lookup->key);
  }

  void set_look_up(LookUp look_up) {
    const std::lock_guard lock(mutex_);
    look_up_ = look_up ? std::move(look_up) : ask_system;
  }

  std::size_t pending() {
    const std::lock_guard lock(mutex_);
    return pending_.size();
  }

 private:
  Lookups() {
    // A child of fork() has none of the threads; its lookups start from nothing.
    ::pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                     [] { instance().start_again(); });
    std::atexit([] { instance().end(); });
  }

  // At exit idle threads end; one that is busy cannot be stopped, and does no harm.
  void end() {
    std::unique_lock lock(mutex_);
    ending_ = true;
    wake_.notify_all();
    ended_.wait_for(lock, kIdleEnd, [this] { return threads_ == busy_; });
  }

  void start_again() {
    queue_.clear();
    pending_.clear();
    threads_ = busy_ = 0;
    new (&wake_) std::condition_variable;
    new (&ended_) std::condition_variable;
    mutex_.unlock();
  }

  // Sees to a free thread for each of so many lookups, within the bound. False if there is no
  // thread at all.
  bool enough_threads(std::size_t lookups) {
    while (threads_ - busy_ < lookups && threads_ < kMaxThreads) {
      if (!detail::start_background_thread("gnet-resolve", kThreadStack, [this] { work(); })) break;
      ++threads_;
    }
    return threads_ != 0;
  }

  void work() {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return ending_ || !queue_.empty(); };
    while (wake_.wait_for(lock, kIdle, something) && !ending_) {
      const std::shared_ptr<Lookup> lookup = std::move(queue_.front());
      queue_.pop_front();
      ++busy_;
      const LookUp look_up = look_up_;
      lock.unlock();
      const auto result = answer(look_up, lookup->key);
      lock.lock();
      --busy_;
      pending_.erase(lookup->key);
      const auto waiters = std::exchange(lookup->waiters, {});
      lock.unlock();
      for (const auto& [mailbox, request] : waiters) deliver(*mailbox, request, result);
      lock.lock();
    }
    --threads_;
    ended_.notify_all();
  }

  static std::shared_ptr<const Resolved> answer(const LookUp& look_up, const Key& key) {
    try {
      return std::make_shared<const Resolved>(look_up(key.host, key.family));
    } catch (const std::bad_alloc&) {
      static const auto no_memory =
          std::make_shared<const Resolved>(Resolved{resolve_code(EAI_MEMORY), {}});
      return no_memory;
    }
  }

  static void deliver(Mailbox& mailbox, const std::shared_ptr<Request>& request,
                      const std::shared_ptr<const Resolved>& result) {
    mailbox.post([request, result] {
      if (request->answered == nullptr) return;
      request->result = result;
      request->answered->set();
    });
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<std::shared_ptr<Lookup>> queue_;       // not begun
  std::map<Key, std::shared_ptr<Lookup>> pending_;  // these, and those under way
  LookUp look_up_ = ask_system;
  bool ending_ = false;
  std::size_t threads_ = 0;
  std::size_t busy_ = 0;  // of them, inside a lookup
};

// What needs no lookup: addresses, and what cannot be a name.
std::optional<std::vector<asio::ip::address>> known(std::string_view host, Family family) {
  asio::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  if (!error) {
    const bool fits = family == Family::any || address.is_v4() == (family == Family::v4);
    if (!fits) throw ResolveError(resolve_code(EAI_ADDRFAMILY), host);
    return std::vector{address};
  }
  if (host.empty() || host == "*" || host.find('\0') != std::string_view::npos) {
    throw ResolveError(resolve_code(EAI_NONAME), host);
  }
  return std::nullopt;
}

// As long as one exists, a lookup is under way for the fiber that made it.
class Asking {
 public:
  Asking(Hub& hub, Key key) : alive_(hub) {
    request_->answered = &answered_;
    lookup_ = Lookups::instance().ask(std::move(key), {hub.mailbox(), request_});
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() {
    request_->answered = nullptr;
    if (!request_->result && lookup_) Lookups::instance().forget(lookup_, request_);
  }

  std::shared_ptr<const Resolved> wait(Deadline deadline) {
    static_cast<void>(answered_.wait(deadline));
    return request_->result;
  }

 private:
  Hub::KeepAlive alive_;
  Event answered_;
  std::shared_ptr<Request> request_ = std::make_shared<Request>();
  std::shared_ptr<Lookup> lookup_;
};

}  // namespace

const std::error_category& resolve_category() noexcept {
  static const ResolveCategory category;
  return category;
}

ResolveError::ResolveError(std::error_code code, std::string_view host)
    : ResolveError(code, host, describe(code)) {}

ResolveError::ResolveError(std::error_code code, std::string_view host, std::string_view reason)
    : SystemError(code, "cannot resolve '" + printable(host) + "'", reason) {}

bool ResolveError::temporary() const noexcept {
  return code() == resolve_code(EAI_AGAIN) || code() == std::errc::timed_out ||
         code() == std::errc::resource_unavailable_try_again;
}

std::vector<asio::ip::address> resolve(std::string_view host, Family family, Deadline deadline) {
  Hub& hub = Hub::current();
  hub.checkpoint();
  if (auto addresses = known(host, family)) return std::move(*addresses);
  Asking asking(hub, {std::string(host), family});
  const TimePoint since = hub.now();
  const auto result = asking.wait(deadline);
  if (!result) {
    throw ResolveError(std::make_error_code(std::errc::timed_out), host,
                       "timed out after " + format_duration(Clock::now() - since, 2));
  }
  if (result->error) throw ResolveError(result->error, host);
  return result->addresses;
}

namespace detail {

void set_look_up(LookUp look_up) {
  Lookups::instance().set_look_up(std::move(look_up));
}

std::size_t pending_lookups() {
  return Lookups::instance().pending();
}

}  // namespace detail

}  // namespace gnet
