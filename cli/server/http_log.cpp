#include "cli/server/http_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string_view>
#include <system_error>

#include "cli/control/event_feed.h"
#include "cli/out/json.h"
#include "gnet/base/mask.h"
#include "gnet/http/auth.h"
#include "gnet/http/request_parser.h"
#include "gnet/io/byte_stream.h"

namespace cli {
namespace {

using gnet::http::Exchange;
using gnet::http::FieldName;

constexpr auto kRelaxed = std::memory_order_relaxed;

std::string field(const Exchange& exchange, FieldName name) {
  return gnet::mask_secrets(exchange.request->fields().find(name).value_or(""));
}

// As nginx, without asking whether the password was right.
std::string user_of(const Exchange& exchange) {
  const auto text = exchange.request->fields().find(FieldName::authorization);
  if (!text) return {};
  const auto credentials = gnet::http::parse_basic(*text);
  return credentials ? credentials->user : std::string();
}

AccessRequest request_of(const Exchange& exchange) {
  AccessRequest request;
  request.status = exchange.status;
  request.complete = exchange.complete;
  if (exchange.request == nullptr) return request;
  request.method = exchange.request->method();
  request.target = gnet::mask_secrets(exchange.request->target());
  request.version = exchange.request->minor_version() == 0 ? "HTTP/1.0" : "HTTP/1.1";
  request.host = field(exchange, FieldName::host);
  request.referer = field(exchange, FieldName::referer);
  request.user_agent = field(exchange, FieldName::user_agent);
  request.user = user_of(exchange);
  return request;
}

void append(std::string& text, std::string_view name, std::string_view kind,
            std::string_view help) {
  fmt::format_to(std::back_inserter(text), "# HELP gnet_{0} {2}\n# TYPE gnet_{0} {1}\n", name, kind,
                 help);
}

}  // namespace

void HTTPLog::exchange_ended(const Exchange& exchange) noexcept {
  count(exchange);
  try {
    const AccessLog* const log = rules_->settings->access_log();
    if (log != nullptr) write(exchange, *log);
    if (event_is_wanted(json_)) post(exchange);
  } catch (const std::exception&) {
    // A line that cannot be made is lost, as with every log.
  }
}

void HTTPLog::count(const Exchange& exchange) noexcept {
  by_status_[static_cast<std::size_t>(std::clamp(exchange.status, 0, 599))].fetch_add(1, kRelaxed);
  if (!exchange.complete) cut_short_.fetch_add(1, kRelaxed);
  received_.fetch_add(exchange.body_received, kRelaxed);
  sent_.fetch_add(exchange.body_sent, kRelaxed);
  const auto lasted = std::max<std::int64_t>(exchange.lasted.count(), 0);
  nanoseconds_.fetch_add(static_cast<std::uint64_t>(lasted), kRelaxed);
  const auto at = std::ranges::lower_bound(kSeconds, static_cast<double>(lasted) * 1e-9);
  if (at != kSeconds.end()) {
    faster_[static_cast<std::size_t>(at - kSeconds.begin())].fetch_add(1, kRelaxed);
  }
}

void HTTPLog::write(const Exchange& exchange, const AccessLog& log) const {
  AccessEntry entry{.peer = exchange.peer};
  entry.connection = exchange.connection;
  entry.received_bytes = exchange.body_received;
  entry.sent_bytes = exchange.body_sent;
  entry.lasted = exchange.lasted;
  entry.request = request_of(exchange);
  if (log.format().wants_local() && exchange.stream.is_open()) {
    entry.local = exchange.stream.local_endpoint();
  }
  log.write(entry);
}

void HTTPLog::post(const Exchange& exchange) const {
  JsonObject told = event("request").add("id", exchange.connection);
  told.add("peer", exchange.peer.to_string());
  if (exchange.request != nullptr) {
    told.add("method", exchange.request->method())
        .add("target", gnet::mask_secrets(exchange.request->target()));
  }
  told.add("status", exchange.status)
      .add("rx_bytes", exchange.body_received)
      .add("tx_bytes", exchange.body_sent)
      .add("us", std::chrono::duration_cast<std::chrono::microseconds>(exchange.lasted).count())
      .add("complete", exchange.complete);
  tell_event(told, json_);
}

std::string HTTPLog::metrics() const {
  std::string text;
  append(text, "http_requests_total", "counter", "Requests that were answered, by status.");
  std::uint64_t all = 0;
  for (std::size_t status = 0; status < by_status_.size(); ++status) {
    const std::uint64_t count = by_status_[status].load(kRelaxed);
    if (count == 0) continue;
    all += count;
    fmt::format_to(std::back_inserter(text), "gnet_http_requests_total{{status=\"{}\"}} {}\n",
                   status, count);
  }
  append(text, "http_requests_cut_short_total", "counter",
         "Requests whose answer did not come to its end.");
  fmt::format_to(std::back_inserter(text), "gnet_http_requests_cut_short_total {}\n",
                 cut_short_.load(kRelaxed));
  append(text, "http_received_bytes_total", "counter", "Bytes of bodies of requests.");
  fmt::format_to(std::back_inserter(text), "gnet_http_received_bytes_total {}\n",
                 received_.load(kRelaxed));
  append(text, "http_sent_bytes_total", "counter", "Bytes of bodies of answers.");
  fmt::format_to(std::back_inserter(text), "gnet_http_sent_bytes_total {}\n", sent_.load(kRelaxed));
  append(text, "http_request_seconds", "histogram", "How long requests took.");
  std::uint64_t within = 0;
  for (std::size_t i = 0; i < kSeconds.size(); ++i) {
    within += faster_[i].load(kRelaxed);
    fmt::format_to(std::back_inserter(text), "gnet_http_request_seconds_bucket{{le=\"{}\"}} {}\n",
                   kSeconds[i], within);
  }
  all = std::max(all, within);  // others go on counting
  fmt::format_to(std::back_inserter(text),
                 "gnet_http_request_seconds_bucket{{le=\"+Inf\"}} {0}\n"
                 "gnet_http_request_seconds_sum {1:.9f}\ngnet_http_request_seconds_count {0}\n",
                 all, static_cast<double>(nanoseconds_.load(kRelaxed)) * 1e-9);
  append(text, "connections", "gauge", "Connections that there are.");
  fmt::format_to(std::back_inserter(text), "gnet_connections {}\n", connections_.load(kRelaxed));
  return text;
}

}  // namespace cli
