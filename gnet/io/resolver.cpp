#include "gnet/io/resolver.h"

#include <netdb.h>
#include <asio/ip/address.hpp>

#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gnet/base/utf8.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/io/ascii_host.h"
#include "gnet/io/lookups.h"
#include "gnet/sync/event.h"

namespace gnet {
namespace {

using detail::Lookups;
using detail::Question;
using detail::Request;
using detail::Resolved;

class ResolveCategory : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "resolve"; }
  [[nodiscard]] std::string message(int code) const override { return ::gai_strerror(code); }
};

std::error_code resolve_code(int code) {
  return {code, resolve_category()};
}

// What needs no lookup: addresses, and what cannot be a name.
std::optional<std::vector<asio::ip::address>> known(std::string_view host, Family family) {
  if (host.empty() || host == "*" || host.find('\0') != std::string_view::npos) {
    throw ResolveError(resolve_code(EAI_NONAME), host);
  }
  asio::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  if (!error) {
    const bool fits = family == Family::any || address.is_v4() == (family == Family::v4);
    if (!fits) throw ResolveError(resolve_code(EAI_ADDRFAMILY), host);
    return std::vector{address};
  }
  return std::nullopt;
}

// As long as one exists, a lookup is under way for the fiber that made it.
class Asking {
 public:
  Asking(detail::Scheduler& hub, Question question) : alive_(hub), question_(std::move(question)) {
    request_->answered = &answered_;
    request_->result = Lookups::instance().ask(question_, hub.mailbox(), request_);
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() {
    request_->answered = nullptr;
    if (!request_->result) Lookups::instance().forget(question_, request_);
  }

  // Null if the deadline came first.
  std::shared_ptr<const Resolved> wait(Deadline deadline) {
    if (!request_->result) static_cast<void>(answered_.wait(deadline));
    return request_->result;
  }

 private:
  detail::Scheduler::KeepAlive alive_;
  Event answered_;
  Question question_;
  std::shared_ptr<Request> request_ = std::make_shared<Request>();
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

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
  detail::Scheduler& hub = detail::Scheduler::current();
  hub.checkpoint();
  if (auto addresses = known(host, family)) return std::move(*addresses);
  Asking asking(hub, {ascii_host(std::string(host)), family});
  const TimePoint since = hub.now();
  const auto result = asking.wait(deadline);
  if (!result) {
    throw ResolveError(std::make_error_code(std::errc::timed_out), host,
                       "timed out after " + format_duration(Clock::now() - since, 2));
  }
  if (result->error) throw ResolveError(result->error, host);
  return result->addresses;
}

ResolverOptions ResolverOptions::from_environment() {
  ResolverOptions options;
  options.nameservers = variable("GNET_RESOLVER_NAMESERVERS");
  const std::string backend = variable("GNET_RESOLVER");
  if (backend == "ares") {
    options.backend = ResolverBackend::ares;
  } else if (!backend.empty() && backend != "thread") {
    throw std::invalid_argument("GNET_RESOLVER is '" + printable(backend) +
                                "': must be thread or ares");
  }
  return options;
}

void configure_resolver(const ResolverOptions& options) {
  Lookups::instance().configure(options);
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
