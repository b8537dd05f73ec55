// Lookups of host names: what is asked, what is answered, and what an engine that finds it must do.
//
// Threads: plain values; an engine is used by any thread.

#pragma once

#include <sys/socket.h>

#include <asio/ip/address.hpp>
#include <compare>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/function.h"
#include "gnet/io/endpoint.h"

namespace gnet::detail {

struct Question {
  std::string host;
  Family family;
  auto operator<=>(const Question&) const = default;
};

// What a lookup ends with.
struct Resolved {
  std::error_code error;
  std::vector<asio::ip::address> addresses;
  std::optional<Duration> ttl = std::nullopt;  // how long it holds, where the source says that
};

// Adds an IP address, once; other families and null are left out.
void add_address(std::vector<asio::ip::address>& addresses, const sockaddr* address);

class LookupEngine {
 public:
  // Takes the answer, on a thread of the engine.
  using Finish = std::function<void(const Question& question, Resolved resolved)>;

  virtual ~LookupEngine() = default;

  // Begins a lookup, now or when there is room. False if too much is asked already, or there can be
  // no thread. No two of the same question at a time.
  virtual bool begin(const Question& question) = 0;

  // True if the lookup had not begun, and never will.
  virtual bool withdraw(const Question& question) = 0;

  // The process exits: threads that can end do so.
  virtual void end() = 0;

  // Around fork(): the child has none of the threads, and none of the lookups.
  virtual void before_fork() = 0;
  virtual void after_fork_in_parent() = 0;
  virtual void after_fork_in_child() = 0;
};

}  // namespace gnet::detail
