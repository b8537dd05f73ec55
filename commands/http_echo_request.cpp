#include "commands/http_echo_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "gnet/base/size.h"
#include "gnet/base/utf8.h"
#include "gnet/http/base64.h"
#include "gnet/http/cookie.h"
#include "gnet/http/form.h"
#include "gnet/http/media_type.h"
#include "gnet/http/status.h"
#include "gnet/io/endpoint.h"

namespace commands {
namespace {

using gnet::http::FieldName;
using gnet::http::HTTPError;
using gnet::http::Request;

// Names and values, in their order, as an object; a name that is there several times has a list.
class Pairs {
 public:
  using Same = bool (*)(std::string_view, std::string_view) noexcept;

  explicit Pairs(Same same) : same_(same) {}

  void add(std::string_view name, std::string_view value) {
    const auto found =
        std::ranges::find_if(pairs_, [&](const auto& pair) { return same_(pair.first, name); });
    auto& pair = found != pairs_.end() ? *found : pairs_.emplace_back(name, Values());
    pair.second.emplace_back(value);
  }

  [[nodiscard]] cli::JsonObject object() const {
    cli::JsonObject object;
    for (const auto& [name, values] : pairs_) {
      values.size() == 1 ? object.add(name, values.front()) : object.add(name, values);
    }
    return object;
  }

 private:
  using Values = std::vector<std::string>;

  Same same_;
  std::vector<std::pair<std::string, Values>> pairs_;
};

// Unlike those of headers, its names are told apart by case.
cli::JsonObject fields_of(std::string_view form) {
  Pairs pairs([](std::string_view a, std::string_view b) noexcept { return a == b; });
  for (gnet::http::FormReader reader(form); reader.next();) {
    pairs.add(reader.name(), reader.value());
  }
  return pairs.object();
}

bool is_form(const Request& request) {
  const auto type =
      gnet::http::MediaType::parse(request.header(FieldName::content_type).value_or(""));
  return type && type->essence() == "application/x-www-form-urlencoded";
}

[[noreturn]] void refuse_value(std::string_view name, std::string_view text,
                               const std::string& what) {
  throw HTTPError(400, fmt::format("{}: '{}' is no {}", name, gnet::printable(text), what));
}

}  // namespace

gnet::ContextVar<KeptBody*> kept_body{nullptr};

const std::string& KeptBody::of(Request& request) {
  if (!text_) text_ = request.read_all(most_);
  return *text_;
}

const std::string& body_of(Request& request) {
  return (*kept_body)->of(request);
}

std::string origin_of(const Request& request) {
  return request.peer().host();
}

cli::JsonObject describe_headers(const Request& request) {
  Pairs pairs(gnet::http::equal_ignoring_case);
  for (std::size_t i = 0; i < request.headers().size(); ++i) {
    pairs.add(request.headers()[i].name, request.headers()[i].value);
  }
  return pairs.object();
}

cli::JsonObject describe_cookies(const Request& request) {
  cli::JsonObject object;
  const std::string field = request.headers().joined(FieldName::cookie);
  std::vector<std::string> seen;
  for (gnet::http::CookieReader cookies(field); cookies.next();) {
    std::string name(cookies.name());
    if (std::ranges::find(seen, name) != seen.end()) continue;  // the first is the one that counts
    object.add(name, cookies.value());
    seen.push_back(std::move(name));
  }
  return object;
}

void send_json(gnet::http::Response& response, const cli::JsonObject& object) {
  response.send(object.text() + "\n", "application/json");
}

std::string status_text(int status) {
  const std::string_view phrase = gnet::http::reason_phrase(status);
  return fmt::format("{}{}{}\n", status, phrase.empty() ? "" : " ", phrase);
}

void add_body(cli::JsonObject& object, std::string_view body) {
  if (gnet::is_utf8(body)) {
    object.add("body", body);
  } else {
    object.add("body_base64", gnet::http::base64_encode(body));
  }
  object.add("body_bytes", body.size());
}

cli::JsonObject describe(Request& request) {
  // Whoever waits for permission sends it now, and what is a view of the head stays.
  const std::string& body = body_of(request);
  cli::JsonObject object;
  object.add("method", request.method())
      .add("target", request.target())
      .add("http", request.head().minor_version() == 0 ? "1.0" : "1.1")
      .add("origin", origin_of(request))
      .add("args", fields_of(request.query()))
      .add("headers", describe_headers(request));
  add_body(object, body);
  if (is_form(request)) object.add("form", fields_of(body));
  return object;
}

std::uint64_t to_count(std::string_view name, std::string_view text, std::uint64_t most) {
  const auto count = gnet::parse_count(text);
  if (!count || *count > most) refuse_value(name, text, fmt::format("number up to {}", most));
  return *count;
}

std::uint64_t to_size(std::string_view name, std::string_view text, std::uint64_t most) {
  const auto size = gnet::parse_size(text);
  if (!size || *size > most) {
    refuse_value(name, text, "size up to " + gnet::format_size(most));
  }
  return *size;
}

gnet::Duration to_duration(std::string_view name, std::string_view text) {
  const auto time = gnet::parse_duration(text);
  if (!time || *time > std::chrono::hours(1)) refuse_value(name, text, "time up to an hour");
  return *time;
}

std::uint64_t query_count(const Request& request, std::string_view name, std::uint64_t fallback,
                          std::uint64_t most) {
  const auto value = request.query_value(name);
  return value ? to_count(name, *value, most) : fallback;
}

gnet::Duration query_duration(const Request& request, std::string_view name,
                              gnet::Duration fallback) {
  const auto value = request.query_value(name);
  return value ? to_duration(name, *value) : fallback;
}

}  // namespace commands
