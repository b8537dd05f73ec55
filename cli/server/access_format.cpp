#include "cli/server/access_format.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "cli/line/suggest.h"
#include "cli/line/value.h"
#include "cli/out/json.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

using Entry = AccessEntry;

constexpr std::string_view kStream =
    "$remote_addr [$time_local] $protocol $status $bytes_sent $bytes_received $session_time";

// There is no request in a stream of bytes; logs have "-" for what is not there.
constexpr std::string_view kCommon =
    R"($remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent)";
constexpr std::string_view kCombined =
    R"($remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent )"
    R"("$http_referer" "$http_user_agent")";

std::tm local_time(const Entry& entry) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(entry.ended);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::int64_t milliseconds(const Entry& entry) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(entry.ended.time_since_epoch())
      .count();
}

std::string address_of(const gnet::Endpoint& endpoint) {
  return endpoint.is_unix() ? "unix:" + endpoint.path() : endpoint.host();
}

std::string port_of(const gnet::Endpoint& endpoint) {
  return endpoint.is_unix() ? std::string() : std::to_string(endpoint.port());
}

// 21/Nov/2026:12:01:07 +0000, whatever the locale.
std::string time_local(const Entry& entry) {
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::tm t = local_time(entry);
  return fmt::format("{:02}/{}/{}:{:02}:{:02}:{:02} {:%z}", t.tm_mday,
                     kMonths.at(static_cast<std::size_t>(t.tm_mon)), t.tm_year + 1900, t.tm_hour,
                     t.tm_min, t.tm_sec, t);
}

std::string time_iso8601(const Entry& entry) {
  std::string text = fmt::format("{:%Y-%m-%dT%H:%M:%S%z}", local_time(entry));
  return text.insert(text.size() - 2, ":");
}

std::string seconds(std::int64_t milliseconds) {
  return fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
}

std::int64_t lasted_ms(const Entry& entry) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(entry.lasted).count();
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

// nginx's 499: the client has gone without an answer.
constexpr int kClientGone = 499;

int status_of(const Entry& entry) {
  if (entry.request) return entry.request->status == 0 ? kClientGone : entry.request->status;
  return entry.refusal ? access_status(*entry.refusal) : access_status(entry.reason.kind);
}

std::string reason_of(const Entry& entry) {
  if (entry.request) return entry.request->complete ? "complete" : "cut short";
  return entry.refusal ? std::string(to_string(*entry.refusal)) : entry.reason.text();
}

// What a request has under this name.
template <std::string AccessRequest::*member>
std::string of_request(const Entry& entry) {
  return entry.request ? (*entry.request).*member : std::string();
}

std::string request_line(const Entry& entry) {
  if (!entry.request || entry.request->method.empty()) return {};
  return fmt::format("{} {} {}", entry.request->method, entry.request->target,
                     entry.request->version);
}

bool is_local(const AccessVariable* variable) {
  return variable != nullptr && variable->name.starts_with("server_");
}

// As nginx escapes.
void append_escaped(std::string& out, std::string_view value) {
  if (value.empty()) out += '-';
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of("\"\\"), value.size());
    gnet::append_printable(out, value.substr(0, end));
    if (end == value.size()) return;
    fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(value[end]));
    value.remove_prefix(end + 1);
  }
}

std::string json_line(const Entry& entry) {
  JsonObject object;
  object.add("ts", utc_timestamp(entry.ended));
  if (!entry.refusal) object.add("id", entry.connection);
  object.add("peer", entry.peer.to_string());
  if (entry.local) object.add("local", entry.local->to_string());
  if (entry.request) {
    for (const auto& [key, value] :
         {std::pair{"method", &entry.request->method}, std::pair{"target", &entry.request->target},
          std::pair{"host", &entry.request->host}, std::pair{"referer", &entry.request->referer},
          std::pair{"user_agent", &entry.request->user_agent},
          std::pair{"user", &entry.request->user}}) {
      if (!value->empty()) object.add(key, *value);
    }
  }
  return object.add("status", status_of(entry))
      .add("rx_bytes", entry.received_bytes)
      .add("tx_bytes", entry.sent_bytes)
      .add("ms", lasted_ms(entry))
      .add("reason", reason_of(entry))
      .text();
}

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

const AccessVariable& variable_named(std::string_view name) {
  const auto& all = access_variables();
  const auto found = std::ranges::find(all, name, &AccessVariable::name);
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const AccessVariable& variable : all) names.emplace_back(variable.name);
  const std::string meant = closest(name, names);
  throw BadValue(fmt::format("unknown variable '${}'{}", name,
                             meant.empty() ? "" : "; did you mean '$" + meant + "'?"));
}

}  // namespace

int access_status(gnet::CloseKind kind) noexcept {
  switch (kind) {
    case gnet::CloseKind::read_deadline:
    case gnet::CloseKind::idle_timeout:
    case gnet::CloseKind::write_timeout:
      return 408;
    case gnet::CloseKind::io_error:
      return 499;
    case gnet::CloseKind::handler_error:
      return 500;
    default:
      return 200;
  }
}

int access_status(Refusal refusal) noexcept {
  return refusal == Refusal::denied ? 403 : 503;
}

std::string_view to_string(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::denied:
      return "denied";
    case Refusal::address_limit:
      return "too many connections of this address";
    case Refusal::no_more:
      return "no more connections are served";
  }
  return "unknown";
}

const std::vector<AccessVariable>& access_variables() {
  static const std::vector<AccessVariable> all = {
      {"body_bytes_sent", "bytes of the answer's body; of a connection, all that were sent",
       [](const Entry& entry) { return std::to_string(entry.sent_bytes); }},
      {"bytes_received", "bytes that came from the peer",
       [](const Entry& entry) { return std::to_string(entry.received_bytes); }},
      {"bytes_sent", "bytes that went to the peer",
       [](const Entry& entry) { return std::to_string(entry.sent_bytes); }},
      {"connection", "number of the connection, as in the log",
       [](const Entry& entry) {
         return entry.refusal ? std::string() : std::to_string(entry.connection);
       }},
      {"hostname", "name of this machine", [](const Entry&) { return host_name(); }},
      {"http_host", "field Host of the request", of_request<&AccessRequest::host>},
      {"http_referer", "field Referer", of_request<&AccessRequest::referer>},
      {"http_user_agent", "field User-Agent", of_request<&AccessRequest::user_agent>},
      {"msec", "time in seconds since 1970, with milliseconds",
       [](const Entry& entry) { return seconds(milliseconds(entry)); }},
      {"pid", "number of this process", [](const Entry&) { return std::to_string(getpid()); }},
      {"protocol", "TCP or UNIX",
       [](const Entry& entry) { return std::string(entry.peer.is_unix() ? "UNIX" : "TCP"); }},
      {"reason", "why the connection ended: eof, idle timeout, ...", reason_of},
      {"remote_addr", "address of the peer",
       [](const Entry& entry) { return address_of(entry.peer); }},
      {"remote_port", "its port", [](const Entry& entry) { return port_of(entry.peer); }},
      {"remote_user", "who has authenticated", of_request<&AccessRequest::user>},
      {"request", "first line of the request: GET / HTTP/1.1", request_line},
      {"request_method", "method of the request", of_request<&AccessRequest::method>},
      {"request_time", "how long it took, in seconds with milliseconds",
       [](const Entry& entry) { return seconds(lasted_ms(entry)); }},
      {"request_uri", "target of the request", of_request<&AccessRequest::target>},
      {"server_addr", "address that the peer has connected to",
       [](const Entry& entry) { return entry.local ? address_of(*entry.local) : std::string(); }},
      {"server_port", "its port",
       [](const Entry& entry) { return entry.local ? port_of(*entry.local) : std::string(); }},
      {"session_time", "how long it lasted, in seconds with milliseconds",
       [](const Entry& entry) { return seconds(lasted_ms(entry)); }},
      {"status", "200 ended, 403 denied, 408 timed out, 499 broken off, 500 failed, 503 too many",
       [](const Entry& entry) { return std::to_string(status_of(entry)); }},
      {"time_iso8601", "local time: 2026-11-21T12:01:07+00:00", time_iso8601},
      {"time_local", "local time: 21/Nov/2026:12:01:07 +0000", time_local},
  };
  return all;
}

AccessFormat::AccessFormat() : usual_(true) {
  read(kStream);
}

AccessFormat AccessFormat::parse(std::string_view text) {
  AccessFormat format;
  format.usual_ = false;
  format.name_ = text;
  format.parts_.clear();
  if (text == "json") return format;
  if (text == "common") {
    format.read(kCommon);
  } else if (text == "combined") {
    format.read(kCombined);
  } else if (text.find('$') != std::string_view::npos) {
    format.read(text);
  } else {
    throw BadValue("must be common, combined, json, or text with $variables");
  }
  return format;
}

// "$name", "${name}", and "$$" for a dollar.
void AccessFormat::read(std::string_view text) {
  if (name_.empty()) name_ = text;
  std::string before;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    before += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      before += '$';
      text.remove_prefix(2);
      continue;
    }
    if (text.empty()) break;
    const bool braces = text.starts_with("${");
    text.remove_prefix(braces ? 2 : 1);
    const auto end = std::ranges::find_if_not(text, is_name);
    const std::string_view name(text.begin(), end);
    if (name.empty()) throw BadValue("a $ needs the name of a variable; $$ is a dollar");
    text.remove_prefix(name.size());
    if (braces && !text.starts_with('}')) {
      throw BadValue(fmt::format("the brace of '${{{}' is not closed", name));
    }
    if (braces) text.remove_prefix(1);
    parts_.push_back({std::move(before), &variable_named(name)});
    before.clear();
  }
  if (!before.empty()) parts_.push_back({std::move(before), nullptr});
}

std::string AccessFormat::line(const AccessEntry& entry) const {
  if (usual_ && entry.request) {
    static const AccessFormat combined = parse("combined");
    return combined.line(entry);
  }
  if (parts_.empty()) return json_line(entry);
  std::string line;
  for (const Part& part : parts_) {
    line += part.text;
    if (part.variable != nullptr) append_escaped(line, part.variable->value(entry));
  }
  return line;
}

bool AccessFormat::wants_local() const noexcept {
  return parts_.empty() ||
         std::ranges::any_of(parts_, [](const Part& part) { return is_local(part.variable); });
}

void read_value(std::string_view text, AccessFormat& format) {
  format = AccessFormat::parse(text);
}

std::string show(const AccessFormat& format) {
  return format.to_string();
}

}  // namespace cli
