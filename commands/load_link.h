// A connection of gnet load: sends a request, and waits for all of its answer.
//
//   auto link = make_load_link(requests, server, bench);
//   link->open(times);
//   link->send(request, deadline);
//   const int status = link->receive(request, deadline, heard);
//
// While it waits for an answer it holds no buffer.
//
// Threads: of one hub.

#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "commands/load_requests.h"
#include "commands/load_results.h"
#include "gnet/fiber/deadline.h"
#include "gnet/http/response_parser.h"
#include "gnet/io/byte_stream.h"

namespace commands {

// Why there is no good answer, where no other exception says so.
class LoadFault : public std::runtime_error {
 public:
  LoadFault(LoadError error, const std::string& what) : std::runtime_error(what), error_(error) {}
  [[nodiscard]] LoadError error() const noexcept { return error_; }

 private:
  LoadError error_;
};

// Whether a request may be sent again on another connection, where this one has ended without a
// byte of its answer: the server may have closed it just when the request was sent (RFC 9112
// §9.3.1).
[[nodiscard]] bool may_be_repeated(const LoadRequest& request) noexcept;

// What the connections of a hub share.
struct LoadBench {
  gnet::http::ResponseParser parser;  // between two suspensions it is whoever's that runs
  std::uint64_t sent = 0;             // bytes, of all connections
  std::uint64_t received = 0;
};

class LoadLink {
 public:
  // How long opening took; zero where there is no such thing.
  struct Opening {
    gnet::Duration connect{};
    gnet::Duration tls{};
  };
  // When the answer began, and was whole.
  struct Heard {
    gnet::TimePoint first;
    gnet::TimePoint last;
  };

  explicit LoadLink(LoadBench& bench) : bench_(bench) {}
  LoadLink(const LoadLink&) = delete;
  LoadLink& operator=(const LoadLink&) = delete;
  virtual ~LoadLink() = default;

  // All of them suspend, but for is_open() and close(). They throw LoadFault, and what
  // cli::Dialler and streams do; then it is closed.
  [[nodiscard]] virtual Opening open() = 0;
  [[nodiscard]] virtual bool is_open() const noexcept = 0;
  virtual void close() noexcept = 0;

  virtual void send(const LoadRequest& request, gnet::Deadline deadline) = 0;
  // Of the requests that were sent the first whose answer was not received. Returns the status of
  // HTTP, 0 of others. The server may want the connection to end: it is not open then.
  virtual int receive(const LoadRequest& request, gnet::Deadline deadline, Heard& heard) = 0;

  // For --mode stream; null for messages.
  [[nodiscard]] virtual gnet::ByteStream* stream() noexcept { return nullptr; }

  // Closes as is proper; a WebSocket says so. Suspends.
  virtual void finish() { close(); }

 protected:
  LoadBench& bench_;
};

// The requests and the bench must outlive it.
[[nodiscard]] std::unique_ptr<LoadLink> make_load_link(const LoadRequests& requests,
                                                       const LoadServer& server, LoadBench& bench);

// What an exception of one says, to be counted.
[[nodiscard]] std::pair<LoadError, std::string> fault_of(const LoadServer& server, bool opened,
                                                         const std::exception_ptr& error);

}  // namespace commands
