// What gnet http says about an answer: --write-out, --timing, --json.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/out/json.h"
#include "gnet/http/client_response.h"

namespace commands {

// An answer that has come, and what was done with it.
struct HttpOutcome {
  std::string method;
  gnet::http::URL asked;  // the first URL
  const gnet::http::ClientResponse& response;
  std::uint64_t sent = 0;  // bytes of the body of the request
  std::uint64_t kept = 0;  // bytes of the body of the answer, decoded
};

// Throws cli::UsageError for a variable that is not known.
void check_write_out(const std::string& format);

// "%{status} %{time_total}\n" with what they stand for.
[[nodiscard]] std::string write_out(const std::string& format, const HttpOutcome& outcome);

// A line for people: "resolve 0.1 ms, connect 0.2 ms, …"; or only the steps of connecting.
[[nodiscard]] std::string timing_text(const gnet::http::ClientTimings& timings);
[[nodiscard]] std::string connect_text(const gnet::http::ClientTimings& timings);

// The answer as one document. Without a body: it went elsewhere.
[[nodiscard]] cli::JsonObject json_outcome(const HttpOutcome& outcome,
                                           std::optional<std::string_view> body);

// "HTTP/1.1 200 OK\r\n" and the fields, to the empty line. In colours, if that is wanted.
[[nodiscard]] std::string response_head(const gnet::http::ClientResponse& response, bool color);
[[nodiscard]] std::string colored_head(std::string_view head);

}  // namespace commands
