// What gnet http is told to expect of an answer, and whether it is so.
//
//   const HttpExpectations expected(options);
//   if (const auto fault = expected.fault(status, headers, body)) fail(*fault);

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/http_options.h"
#include "commands/text_pattern.h"
#include "gnet/http/headers.h"

namespace commands {

// "200", "200-299", "2xx", with commas between them. Throws cli::UsageError that names the option.
class StatusSet {
 public:
  StatusSet() = default;
  StatusSet(std::string_view list, std::string_view option);

  void add(std::string_view item, std::string_view option);
  [[nodiscard]] bool has(int status) const noexcept;
  [[nodiscard]] std::vector<int> all() const;

 private:
  std::vector<std::pair<int, int>> ranges_;
};

class HttpExpectations {
 public:
  explicit HttpExpectations(const HttpOptions& options);

  [[nodiscard]] bool wants_body() const noexcept { return body_.has_value(); }

  // What is otherwise, in words; nothing: all is as expected.
  [[nodiscard]] std::optional<std::string> fault(int status, const gnet::http::Headers& headers,
                                                 std::string_view body) const;

 private:
  std::optional<StatusSet> status_;
  std::string status_text_;
  std::optional<TextPattern> body_;
  std::vector<std::pair<std::string, TextPattern>> headers_;
};

}  // namespace commands
