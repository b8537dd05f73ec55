// Host names to addresses, without holding up the hub.
//
//   for (const auto& address : gnet::resolve("example.org")) try_to_connect(address);
//   gnet::resolve("::1");                                   // an address: answered at once
//   gnet::resolve("example.org", gnet::Family::v4, 5s);
//
// Names are looked up as the system is configured (getaddrinfo: /etc/hosts, DNS, …) on up to four
// threads of their own, which the first lookup starts and which end when there is none; or by
// c-ares, which knows /etc/hosts and DNS only, but has any number of lookups under way at a time:
//
//   GNET_RESOLVER=ares GNET_RESOLVER_NAMESERVERS=192.0.2.53 ./server
//
// Fibers that ask for the same name at the same time share one lookup, and its answer is kept for a
// short while. What the environment says wrongly is an error of every lookup.
//
// Threads: may be used from any; suspends the calling fiber.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/error.h"
#include "gnet/base/function.h"
#include "gnet/fiber/deadline.h"
#include "gnet/io/endpoint.h"

namespace asio::ip {
class address;  // <asio/ip/address.hpp> has it
}

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

enum class ResolverBackend : std::uint8_t {
  thread,  // getaddrinfo() on threads
  ares,    // c-ares
};

struct ResolverOptions {
  ResolverBackend backend = ResolverBackend::thread;

  // Whom c-ares asks, "192.0.2.1,[2001:db8::1]:5353"; empty: whom /etc/resolv.conf names.
  std::string nameservers{};

  // For how long an answer is kept: as long as DNS says (its TTL, which only c-ares tells), else
  // `ttl`, but never longer than `max_ttl`. Zero: not at all. That a name does not exist is kept
  // for a second, other errors never. At most 256 answers are kept.
  TimeSpan ttl = std::chrono::seconds(5);
  TimeSpan max_ttl = std::chrono::minutes(1);

  // These, with what GNET_RESOLVER (thread or ares) and GNET_RESOLVER_NAMESERVERS say. Throws
  // std::invalid_argument if that is something else.
  [[nodiscard]] static ResolverOptions from_environment();
};

// How the process looks names up from now on; what was kept is forgotten, and lookups under way
// go on. A program that does not call it has ResolverOptions::from_environment(). Throws
// std::invalid_argument if the name servers are not written as above.
void configure_resolver(const ResolverOptions& options);

namespace detail {

struct Resolved;

using LookUp = std::function<Resolved(const std::string& host, Family family)>;

// Has names looked up by this function instead of getaddrinfo(), on the same threads, and forgets
// answers and options: for tests. An empty one brings getaddrinfo() back.
void set_look_up(LookUp look_up);

// How many lookups have begun or wait for a thread.
[[nodiscard]] std::size_t pending_lookups();

}  // namespace detail

}  // namespace gnet
