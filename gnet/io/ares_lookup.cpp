#include "gnet/io/ares_lookup.h"

#include <ares.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "gnet/base/background_thread.h"
#include "gnet/base/error.h"
#include "gnet/io/resolver.h"

namespace gnet::detail {
namespace {

constexpr std::size_t kAresStack = 256 * 1024;
constexpr int kIdleMilliseconds = 10'000;
constexpr auto kAresEnd = std::chrono::milliseconds(100);
constexpr const char* kConfiguration = "/etc/resolv.conf";

// In the words of getaddrinfo(3), which are those of ResolveError.
int to_eai(int status) {
  switch (status) {
    case ARES_SUCCESS:
      return 0;
    case ARES_ENODATA:
    case ARES_ENOTFOUND:
    case ARES_EBADNAME:
    case ARES_ENONAME:
      return EAI_NONAME;
    case ARES_ESERVFAIL:
    case ARES_ECONNREFUSED:
    case ARES_ETIMEOUT:
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
      return EAI_AGAIN;
    case ARES_EBADFAMILY:
      return EAI_FAMILY;
    case ARES_ENOMEM:
      return EAI_MEMORY;
    default:
      return EAI_FAIL;
  }
}

Resolved to_resolved(int status, const ares_addrinfo* info) {
  Resolved result;
  for (auto* node = info != nullptr ? info->nodes : nullptr; node != nullptr;
       node = node->ai_next) {
    add_address(result.addresses, node->ai_addr);
    const Duration ttl = std::chrono::seconds(std::max(node->ai_ttl, 0));
    result.ttl = result.ttl ? std::min(*result.ttl, ttl) : ttl;
  }
  if (result.addresses.empty() && status == ARES_SUCCESS) status = ARES_ENODATA;
  if (status != ARES_SUCCESS) result.error = {to_eai(status), resolve_category()};
  return result;
}

// When the list of name servers was last written.
timespec configured_at() {
  struct stat status {};
  return ::stat(kConfiguration, &status) == 0 ? status.st_mtim : timespec{};
}

[[noreturn]] void throw_ares(const char* action, int status) {
  throw std::runtime_error(std::string(action) + ": " + ::ares_strerror(status));
}

}  // namespace

// A channel of c-ares and the sockets that it wants watched. Of the engine's thread.
class AresLookup::Channel {
 public:
  explicit Channel(AresLookup& engine) : engine_(engine) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() { close(); }

  void open() {
    ares_options options{};
    options.sock_state_cb = &watch;
    options.sock_state_cb_data = this;
    read_at_ = configured_at();
    if (const int status = ::ares_init_options(&channel_, &options, ARES_OPT_SOCK_STATE_CB);
        status != ARES_SUCCESS) {
      throw_ares("cannot start c-ares", status);
    }
    if (engine_.nameservers_.empty()) return;
    if (::ares_set_servers_ports_csv(channel_, engine_.nameservers_.c_str()) != ARES_SUCCESS) {
      throw std::invalid_argument("name servers '" + engine_.nameservers_ +
                                  "': must be like 192.0.2.1,[2001:db8::1]:5353");
    }
  }

  // Begins a lookup; its answer may come at once.
  void ask(const Question& question) {
    if (under_way_ == 0 && is_stale()) close();
    ++under_way_;
    auto pending = std::make_unique<Pending>(Pending{this, question});
    try {
      if (channel_ == nullptr) open();
    } catch (const std::exception&) {
      answer(pending.release(), ARES_EFILE, 0, nullptr);
      return;
    }
    ares_addrinfo_hints hints{};
    hints.ai_family = question.family == Family::v4   ? AF_INET
                      : question.family == Family::v6 ? AF_INET6
                                                      : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ::ares_getaddrinfo(channel_, question.host.c_str(), nullptr, &hints, &answer,
                       pending.release());
  }

  // Waits for the sockets, for `wake`, or until c-ares has something to do. False if there is
  // nothing under way, and for ten seconds nothing came.
  bool wait(int wake) {
    std::vector<pollfd> watched{{wake, POLLIN, 0}};
    for (const auto& [fd, events] : interest_) watched.push_back({fd, events, 0});
    const int ready = ::poll(watched.data(), watched.size(), timeout());
    if (ready > 0 && watched[0].revents != 0) {
      eventfd_t count = 0;
      static_cast<void>(::eventfd_read(wake, &count));
    }
    if (channel_ != nullptr) process(watched);
    return ready != 0 || under_way_ != 0;
  }

 private:
  struct Pending {
    Channel* channel;
    Question question;
  };

  void close() {
    if (channel_ != nullptr) ::ares_destroy(std::exchange(channel_, nullptr));
    interest_.clear();
  }

  [[nodiscard]] bool is_stale() const {
    const timespec now = configured_at();
    return now.tv_sec != read_at_.tv_sec || now.tv_nsec != read_at_.tv_nsec;
  }

  [[nodiscard]] int timeout() const {
    timeval left{};
    if (channel_ == nullptr || ::ares_timeout(channel_, nullptr, &left) == nullptr) {
      return under_way_ == 0 ? kIdleMilliseconds : -1;
    }
    return static_cast<int>(std::min<long>(left.tv_sec, 60) * 1000 + (left.tv_usec + 999) / 1000);
  }

  void process(const std::vector<pollfd>& watched) {
    for (auto entry = watched.begin() + 1; entry != watched.end(); ++entry) {
      if (entry->revents == 0) continue;
      const bool writable = (entry->revents & POLLOUT) != 0;
      const bool readable = (entry->revents & ~POLLOUT) != 0;
      ::ares_process_fd(channel_, readable ? entry->fd : ARES_SOCKET_BAD,
                        writable ? entry->fd : ARES_SOCKET_BAD);
    }
    ::ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what has taken too long
  }

  static void watch(void* data, ares_socket_t fd, int readable, int writable) {
    auto& interest = static_cast<Channel*>(data)->interest_;
    if (readable == 0 && writable == 0) {
      interest.erase(fd);
    } else {
      interest[fd] =
          static_cast<short>((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0));
    }
  }

  static void answer(void* data, int status, int /*timeouts*/, ares_addrinfo* info) {
    const std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
    const std::unique_ptr<ares_addrinfo, decltype(&::ares_freeaddrinfo)> owner(
        info, &::ares_freeaddrinfo);
    --pending->channel->under_way_;
    pending->channel->engine_.answered(pending->question, to_resolved(status, info));
  }

  AresLookup& engine_;
  ares_channel channel_ = nullptr;
  timespec read_at_{};
  std::size_t under_way_ = 0;
  std::map<int, short> interest_;  // what to poll() each socket for
};

AresLookup::AresLookup(Finish finish, std::string nameservers)
    : finish_(std::move(finish)),
      nameservers_(std::move(nameservers)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw_errno("cannot create eventfd");
  if (const std::size_t nul = nameservers_.find('\0'); nul != std::string::npos) {
    throw std::invalid_argument("name servers '" + nameservers_.substr(0, nul) +
                                "': a NUL byte follows");
  }
  static const int initialised = ::ares_library_init(ARES_LIB_INIT_ALL);
  if (initialised != ARES_SUCCESS) throw_ares("cannot start c-ares", initialised);
  Channel(*this).open();
}

bool AresLookup::begin(const Question& question) {
  const std::lock_guard lock(mutex_);
  if (pending_ >= kMaxLookups) return false;
  if (!running_) {
    if (!start_background_thread("gnet-ares", kAresStack, [this] { work(); })) return false;
    running_ = true;
  }
  queue_.push_back(question);
  ++pending_;
  wake();
  return true;
}

bool AresLookup::withdraw(const Question& question) {
  const std::lock_guard lock(mutex_);
  const auto queued = std::find(queue_.begin(), queue_.end(), question);
  if (queued == queue_.end()) return false;
  queue_.erase(queued);
  --pending_;
  return true;
}

void AresLookup::end() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  wake();
  ended_.wait_for(lock, kAresEnd, [this] { return !running_; });
}

void AresLookup::before_fork() {
  mutex_.lock();
}

void AresLookup::after_fork_in_parent() {
  mutex_.unlock();
}

void AresLookup::after_fork_in_child() {
  queue_.clear();
  pending_ = 0;
  running_ = false;
  new (&ended_) std::condition_variable;
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));  // the parent's is shared with it
  mutex_.unlock();
}

void AresLookup::wake() noexcept {
  static_cast<void>(::eventfd_write(wake_.get(), 1));
}

void AresLookup::answered(const Question& question, Resolved resolved) {
  {
    const std::lock_guard lock(mutex_);
    --pending_;
  }
  finish_(question, std::move(resolved));
}

void AresLookup::work() {
  Channel channel(*this);
  bool busy = true;
  for (;;) {
    std::deque<Question> fresh;
    {
      const std::lock_guard lock(mutex_);
      if (ending_ || (!busy && queue_.empty())) {
        running_ = false;
        ended_.notify_all();
        return;
      }
      fresh.swap(queue_);
    }
    for (const Question& question : fresh) channel.ask(question);
    busy = channel.wait(wake_.get());
  }
}

}  // namespace gnet::detail
