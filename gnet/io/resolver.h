// Host names to addresses, without holding up the hub.
//
//   for (const auto& address : gnet::resolve("example.org")) try_to_connect(address);
//   gnet::resolve("::1");                                   // an address: answered at once
//   gnet::resolve("example.org", gnet::Family::v4, 5s);
//
// Names are looked up as the system is configured (getaddrinfo: /etc/hosts, DNS, …) on up to four
// threads of their own, which the first lookup starts and which end when there is none. Fibers
// that ask for the same name at the same time share one lookup.
//
// Threads: may be used from any; suspends the calling fiber.

#pragma once

#include <asio/ip/address.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/deadline.h"
#include "gnet/io/endpoint.h"

namespace gnet {

// The name has no address, or nobody could be asked: "cannot resolve 'nowhere.invalid': name or
// service not known". Its code is one of resolve_category(), or std::errc::timed_out when the
// deadline passed, or the system's.
class ResolveError : public SystemError {
 public:
  ResolveError(std::error_code code, std::string_view host);
  ResolveError(std::error_code code, std::string_view host, std::string_view reason);

  // True if it may go better later: the name server did not answer, or too much is asked.
  [[nodiscard]] bool temporary() const noexcept;
};

// The codes EAI_… of getaddrinfo(3).
[[nodiscard]] const std::error_category& resolve_category() noexcept;

// The addresses of a host, at least one, best first (RFC 6724), of one family or of both. Suspends
// until the answer is there; throws ResolveError, also when the deadline passes. A fiber that is
// killed or timed out meanwhile leaves nothing behind.
[[nodiscard]] std::vector<asio::ip::address> resolve(std::string_view host,
                                                     Family family = Family::any,
                                                     Deadline deadline = Deadline::never());

namespace detail {

// What a lookup ends with.
struct Resolved {
  std::error_code error;
  std::vector<asio::ip::address> addresses;
};

using LookUp = std::function<Resolved(const std::string& host, Family family)>;

// Has names looked up by this function instead of getaddrinfo(), on the same threads: for tests.
// An empty one brings getaddrinfo() back.
void set_look_up(LookUp look_up);

// How many lookups have begun or wait for a thread.
[[nodiscard]] std::size_t pending_lookups();

}  // namespace detail

}  // namespace gnet
