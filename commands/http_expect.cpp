#include "commands/http_expect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "cli/line/tls.h"
#include "cli/out/failure.h"
#include "commands/web_address.h"

namespace commands {

// ---- StatusSet ----

namespace {

std::optional<int> parse_status(std::string_view text) {
  int status = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), status);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || text.size() != 3)
    return std::nullopt;
  return status;
}

}  // namespace

StatusSet::StatusSet(std::string_view list, std::string_view option) {
  for (const std::string& item : cli::items_of(std::string(list))) add(item, option);
}

void StatusSet::add(std::string_view item, std::string_view option) {
  const std::size_t dash = item.find('-');
  std::optional<int> low;
  std::optional<int> high;
  if (item.size() == 3 && item.ends_with("xx")) {
    low = parse_status(std::string(1, item[0]) + "00");
    if (low) high = *low + 99;
  } else {
    low = parse_status(item.substr(0, dash));
    high = dash == item.npos ? low : parse_status(item.substr(dash + 1));
  }
  if (!low || !high || *low < 100 || *low > *high) {
    throw cli::UsageError(
        fmt::format("bad value '{}' for {}: must be like 200, 200-299 or 5xx", item, option));
  }
  ranges_.emplace_back(*low, *high);
}

bool StatusSet::has(int status) const noexcept {
  return std::ranges::any_of(ranges_, [status](const auto& range) {
    return range.first <= status && status <= range.second;
  });
}

std::vector<int> StatusSet::all() const {
  std::vector<int> statuses;
  for (const auto& [low, high] : ranges_) {
    for (int status = low; status <= high; ++status) statuses.push_back(status);
  }
  return statuses;
}

// ---- HttpExpectations ----

HttpExpectations::HttpExpectations(const HttpOptions& options)
    : status_text_(options.expect_status) {
  if (!options.expect_status.empty()) status_.emplace(options.expect_status, "--expect-status");
  if (!options.expect_body.empty()) body_.emplace(options.expect_body, "--expect-body");
  for (const std::string& text : options.expect_header) {
    const Field field = parse_field(text, "--expect-header");
    headers_.emplace_back(field.name, TextPattern(field.value, "--expect-header"));
  }
}

std::optional<std::string> HttpExpectations::fault(int status, const gnet::http::Headers& headers,
                                                   std::string_view body) const {
  if (status_ && !status_->has(status)) {
    return fmt::format("status {}, where {} was expected", status, status_text_);
  }
  for (const auto& [name, pattern] : headers_) {
    const auto values = headers.get_all(name);
    if (values.empty()) return fmt::format("no field {}, where one was expected", name);
    if (std::ranges::none_of(values,
                             [&pattern = pattern](auto value) { return pattern.is_in(value); })) {
      return fmt::format("{}: {}, where '{}' was expected", name, headers.joined(name),
                         pattern.text());
    }
  }
  if (body_ && !body_->is_in(body)) {
    return fmt::format("a body without '{}', which was expected", body_->text());
  }
  return std::nullopt;
}

}  // namespace commands
