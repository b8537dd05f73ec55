#include "commands/http_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "cli/out/failure.h"
#include "gnet/base/utf8.h"
#include "gnet/http/base64.h"
#include "gnet/http/status.h"

namespace commands {
namespace {

using gnet::http::ClientTimings;

constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kName = "\x1b[36m";

std::string in_seconds(gnet::Duration time) {
  return fmt::format("{:.6f}", std::chrono::duration<double>(time).count());
}

std::uint64_t in_microseconds(gnet::Duration time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

std::string in_milliseconds(gnet::Duration time) {
  return fmt::format("{:.1f} ms", std::chrono::duration<double, std::milli>(time).count());
}

struct Variable {
  std::string_view name;
  std::string (*value)(const HttpOutcome& outcome);
};

// Each under its own name, and under curl's where that is another one. Times are from the start.
const Variable kVariables[] = {
    {"status", [](const auto& o) { return std::to_string(o.response.status()); }},
    {"http_code", [](const auto& o) { return std::to_string(o.response.status()); }},
    {"reason", [](const auto& o) { return std::string(o.response.reason()); }},
    {"method", [](const auto& o) { return o.method; }},
    {"url", [](const auto& o) { return o.asked.stripped().str(); }},
    {"url_effective", [](const auto& o) { return o.response.url().stripped().str(); }},
    {"http_version", [](const auto& o) { return fmt::format("1.{}", o.response.minor_version()); }},
    {"content_type",
     [](const auto& o) { return std::string(o.response.header("content-type").value_or("")); }},
    {"remote", [](const auto& o) { return o.response.peer(); }},
    {"num_redirects", [](const auto& o) { return std::to_string(o.response.redirects().size()); }},
    {"size_download", [](const auto& o) { return std::to_string(o.response.received()); }},
    {"size_upload", [](const auto& o) { return std::to_string(o.sent); }},
    {"size_body", [](const auto& o) { return std::to_string(o.kept); }},
    {"speed_download",
     [](const auto& o) {
       const double time = std::chrono::duration<double>(o.response.timings().total).count();
       return fmt::format("{:.0f}",
                          time > 0 ? static_cast<double>(o.response.received()) / time : 0);
     }},
    {"time_namelookup", [](const auto& o) { return in_seconds(o.response.timings().resolve); }},
    {"time_connect",
     [](const auto& o) {
       const ClientTimings t = o.response.timings();
       return in_seconds(t.resolve + t.connect);
     }},
    {"time_appconnect",
     [](const auto& o) {
       const ClientTimings t = o.response.timings();
       return in_seconds(t.tls == t.tls.zero() ? t.tls : t.resolve + t.connect + t.tls);
     }},
    {"time_starttransfer",
     [](const auto& o) { return in_seconds(o.response.timings().first_byte); }},
    {"time_total", [](const auto& o) { return in_seconds(o.response.timings().total); }},
};

const Variable* find_variable(std::string_view name) {
  const auto* found = std::ranges::find(kVariables, name, &Variable::name);
  return found == std::end(kVariables) ? nullptr : found;
}

constexpr std::string_view kHeader = "header{";  // %header{name}, as curl has it

// Calls `literal` with what is to be printed as it is, and `variable` and `header` with names.
template <typename Literal, typename Named, typename Header>
void walk(std::string_view format, Literal literal, Named variable, Header header) {
  while (!format.empty()) {
    const std::size_t at = std::min(format.find_first_of("%\\"), format.size());
    literal(format.substr(0, at));
    format.remove_prefix(at);
    if (format.empty()) return;
    if (format.size() > 1 && format[0] == '\\') {
      const char c = format[1];
      if (c == 'n' || c == 't' || c == 'r' || c == '\\') {
        literal(c == 'n' ? "\n" : c == 't' ? "\t" : c == 'r' ? "\r" : "\\");
      } else {
        literal(format.substr(0, 2));
      }
      format.remove_prefix(2);
      continue;
    }
    const bool named = format.starts_with("%{");
    const bool field = format.substr(1).starts_with(kHeader);
    const std::size_t end = named || field ? format.find('}') : format.npos;
    if (end == format.npos) {
      literal(format.substr(0, 1));
      format.remove_prefix(format.starts_with("%%") ? 2 : 1);
      continue;
    }
    const std::size_t begin = named ? 2 : 1 + kHeader.size();
    const std::string_view name = format.substr(begin, end - begin);
    if (named) {
      variable(name);
    } else {
      header(name);
    }
    format.remove_prefix(end + 1);
  }
}

}  // namespace

void check_write_out(const std::string& format) {
  const auto known = [&](std::string_view name) {
    if (find_variable(name) != nullptr) return;
    throw cli::UsageError(
        fmt::format("bad value '{}' for --write-out: no variable '{}'", format, name));
  };
  walk(
      format, [](auto) {}, known, [](auto) {});
}

std::string write_out(const std::string& format, const HttpOutcome& outcome) {
  std::string out;
  walk(
      format, [&](std::string_view text) { out += text; },
      [&](std::string_view name) { out += find_variable(name)->value(outcome); },
      [&](std::string_view name) { out += outcome.response.headers().joined(name); });
  return out;
}

std::string connect_text(const ClientTimings& timings) {
  return fmt::format("resolve {}, connect {}, tls {}", in_milliseconds(timings.resolve),
                     in_milliseconds(timings.connect), in_milliseconds(timings.tls));
}

std::string timing_text(const ClientTimings& timings) {
  return fmt::format("{}, first byte {}, total {}{}", connect_text(timings),
                     in_milliseconds(timings.first_byte), in_milliseconds(timings.total),
                     timings.reused ? " (connection reused)" : "");
}

cli::JsonObject json_outcome(const HttpOutcome& outcome, std::optional<std::string_view> body) {
  const gnet::http::ClientResponse& response = outcome.response;
  cli::JsonObject headers;
  std::vector<std::string> seen;
  for (const auto& field : response.headers()) {
    std::string name(field.name);
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (std::ranges::find(seen, name) != seen.end()) continue;
    seen.push_back(name);
    const auto values = response.headers().get_all(name);
    headers.add(name, std::vector<std::string>(values.begin(), values.end()));
  }
  const ClientTimings timings = response.timings();
  std::string redirects;
  for (const auto& redirect : response.redirects()) {
    redirects += redirects.empty() ? "" : ",";
    redirects +=
        cli::JsonObject().add("status", redirect.status).add("url", redirect.from.str()).text();
  }
  cli::JsonObject document;
  document.add("method", outcome.method)
      .add("url", response.url().stripped().str())
      .add("status", response.status())
      .add("reason", response.reason())
      .add("http_version", fmt::format("1.{}", response.minor_version()))
      .add("headers", headers);
  if (body && gnet::is_utf8(*body)) {
    document.add("body", *body);
  } else if (body) {
    document.add("body_base64", gnet::http::base64_encode(*body));
  }
  document.add("bytes", outcome.kept)
      .add("received_bytes", response.received())
      .add("sent_bytes", outcome.sent)
      .add("timing_us", cli::JsonObject()
                            .add("dns", in_microseconds(timings.resolve))
                            .add("connect", in_microseconds(timings.connect))
                            .add("tls", in_microseconds(timings.tls))
                            .add("ttfb", in_microseconds(timings.first_byte))
                            .add("total", in_microseconds(timings.total)))
      .add("remote", response.peer())
      .raw("redirects", "[" + redirects + "]");
  return document;
}

std::string response_head(const gnet::http::ClientResponse& response, bool color) {
  const std::string_view reason = response.reason();
  std::string head = fmt::format("HTTP/1.{} {}{}{}\r\n", response.minor_version(),
                                 response.status(), reason.empty() ? "" : " ", reason);
  head += response.headers().text();
  head += "\r\n";
  return color ? colored_head(head) : head;
}

std::string colored_head(std::string_view head) {
  std::string out;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    if (first) {
      out += fmt::format("{}{}{}", kBold, line, kPlain);
    } else if (colon != line.npos) {
      out += fmt::format("{}{}{}{}", kName, line.substr(0, colon), kPlain, line.substr(colon));
    }
    out += "\r\n";
    head.remove_prefix(std::min(end + 2, head.size()));
    first = false;
  }
  return out;
}

}  // namespace commands
