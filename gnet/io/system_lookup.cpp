#include "gnet/io/system_lookup.h"

#include <errno.h>
#include <netdb.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <utility>

#include "gnet/base/background_thread.h"

namespace gnet::detail {
namespace {

constexpr std::size_t kLookupStack = 512 * 1024;  // name service modules are not modest
constexpr auto kIdle = std::chrono::seconds(10);
constexpr auto kLookupEnd = std::chrono::milliseconds(100);

Resolved ask_system(const std::string& host, Family family) {
  addrinfo hints{};
  hints.ai_family = family == Family::v4 ? AF_INET : family == Family::v6 ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // each address once, not once for each kind of socket
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code == EAI_SYSTEM) return {{errno, std::system_category()}, {}};
  if (code != 0) return {{code, resolve_category()}, {}};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Resolved result;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    add_address(result.addresses, entry->ai_addr);
  }
  if (result.addresses.empty()) result.error = {EAI_NONAME, resolve_category()};
  return result;
}

Resolved answer(const LookUp& look_up, const Question& question) {
  try {
    return look_up(question.host, question.family);
  } catch (const std::bad_alloc&) {
    return {{EAI_MEMORY, resolve_category()}, {}};
  }
}

}  // namespace

SystemLookup::SystemLookup(Finish finish) : finish_(std::move(finish)), look_up_(ask_system) {}

bool SystemLookup::begin(const Question& question) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= kMaxQueue || !enough_threads(queue_.size() + 1)) return false;
  queue_.push_back(question);
  wake_.notify_one();
  return true;
}

bool SystemLookup::withdraw(const Question& question) {
  const std::lock_guard lock(mutex_);
  const auto queued = std::find(queue_.begin(), queue_.end(), question);
  if (queued == queue_.end()) return false;
  queue_.erase(queued);
  return true;
}

// Idle threads end; one that is busy cannot be stopped, and does no harm.
void SystemLookup::end() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  wake_.notify_all();
  ended_.wait_for(lock, kLookupEnd, [this] { return threads_ == busy_; });
}

void SystemLookup::before_fork() {
  mutex_.lock();
}

void SystemLookup::after_fork_in_parent() {
  mutex_.unlock();
}

void SystemLookup::after_fork_in_child() {
  queue_.clear();
  threads_ = busy_ = 0;
  new (&wake_) std::condition_variable;
  new (&ended_) std::condition_variable;
  mutex_.unlock();
}

void SystemLookup::set_look_up(LookUp look_up) {
  const std::lock_guard lock(mutex_);
  look_up_ = look_up ? std::move(look_up) : ask_system;
}

// Sees to a free thread for each of so many lookups, within the bound. False if there is no thread
// at all.
bool SystemLookup::enough_threads(std::size_t lookups) {
  while (threads_ - busy_ < lookups && threads_ < kMaxThreads) {
    if (!start_background_thread("gnet-resolve", kLookupStack, [this] { work(); })) break;
    ++threads_;
  }
  return threads_ != 0;
}

void SystemLookup::work() {
  std::unique_lock lock(mutex_);
  const auto something = [this] { return ending_ || !queue_.empty(); };
  while (wake_.wait_for(lock, kIdle, something) && !ending_) {
    const Question question = std::move(queue_.front());
    queue_.pop_front();
    ++busy_;
    const LookUp look_up = look_up_;
    lock.unlock();
    Resolved resolved = answer(look_up, question);
    lock.lock();
    --busy_;
    lock.unlock();
    finish_(question, std::move(resolved));
    lock.lock();
  }
  --threads_;
  ended_.notify_all();
}

}  // namespace gnet::detail
