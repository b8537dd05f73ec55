// How a line of an access log looks.
//
// Either one of three names, or text with variables in it. The variables have the
// names that nginx gives them for streams and for HTTP, and stand for what it says:
//
//   cli::AccessFormat::parse("common");
//   cli::AccessFormat::parse("$remote_addr [$time_local] ${bytes_sent}B $status");
//   cli::AccessFormat::parse("$nosuch");   // throws BadValue: unknown variable '$nosuch'
//
// Threads: a value; line() may be called by several at once.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/io/endpoint.h"
#include "gnet/protocol/close_reason.h"

namespace cli {

// Why a peer was not served.
enum class Refusal { denied, address_limit, no_more };

[[nodiscard]] std::string_view to_string(Refusal refusal) noexcept;

// A request of HTTP, of servers that log those and no connections.
struct AccessRequest {
  std::string method;  // all empty: what came was no request
  std::string target;  // without secrets, as the rest
  std::string version;
  std::string host;
  std::string referer;
  std::string user_agent;
  std::string user;  // who has authenticated
  int status = 0;    // of the answer; 0: there was none
  bool complete = true;
};

// What there is to say about one connection when it has ended, or about one request.
struct AccessEntry {
  std::uint64_t connection = 0;  // unique in the process; 0 for a peer that was refused
  gnet::Endpoint peer;
  std::optional<gnet::Endpoint> local = std::nullopt;  // known if AccessFormat::wants_local()
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  gnet::Duration lasted{};
  std::chrono::system_clock::time_point ended = std::chrono::system_clock::now();
  gnet::CloseReason reason = {};
  std::optional<Refusal> refusal = std::nullopt;        // then there was no connection to end
  std::optional<AccessRequest> request = std::nullopt;  // then the bytes are those of bodies
};

// 200: it came to its end; 408: a time limit ended it; 499: the peer broke it off; 500: this side
// failed.
[[nodiscard]] int access_status(gnet::CloseKind kind) noexcept;

// 403: denied; 503: there are too many.
[[nodiscard]] int access_status(Refusal refusal) noexcept;

// A variable: its name without the dollar, and how it gets its value.
struct AccessVariable {
  std::string_view name;
  std::string_view summary;  // one line, for help
  std::string (*value)(const AccessEntry& entry);
};
[[nodiscard]] const std::vector<AccessVariable>& access_variables();

class AccessFormat {
 public:
  // As nginx's documentation has it for streams; for requests it is "combined".
  AccessFormat();

  // Throws BadValue.
  [[nodiscard]] static AccessFormat parse(std::string_view text);

  // Without an end of line. Whatever a peer may have had a say in, it stays one line: control
  // characters, quotes and backslashes are escaped as \x22.
  [[nodiscard]] std::string line(const AccessEntry& entry) const;

  // Whether AccessEntry::local has a place in the line.
  [[nodiscard]] bool wants_local() const noexcept;

  // As it was given to parse().
  [[nodiscard]] const std::string& to_string() const noexcept { return name_; }

 private:
  // Text, then a variable; only the last part may be without one.
  struct Part {
    std::string text;
    const AccessVariable* variable = nullptr;
  };

  void read(std::string_view text);

  std::string name_;
  bool usual_ = false;       // nobody has said how
  std::vector<Part> parts_;  // none: JSON
};

void read_value(std::string_view text, AccessFormat& format);
[[nodiscard]] std::string show(const AccessFormat& format);

}  // namespace cli
