// What a server of HTTP tells of its requests: the access log, events of --json, and counters.
//
//   HTTPLog log(rules, json);
//   gnet::http::ServerOptions options{.observer = &log};
//   log.metrics();                     // as Prometheus reads them
//
// Threads: for all hubs.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "cli/server/session.h"
#include "gnet/http/exchange_observer.h"

namespace cli {

class HTTPLog final : public gnet::http::ExchangeObserver {
 public:
  explicit HTTPLog(bool json) : json_(json) {}

  // Whose they are; before the first request.
  void begin(const SessionRules& rules) noexcept { rules_ = &rules; }

  // A connection begins, or ends.
  void connected() noexcept { connections_.fetch_add(1, std::memory_order_relaxed); }
  void disconnected() noexcept { connections_.fetch_sub(1, std::memory_order_relaxed); }

  void exchange_ended(const gnet::http::Exchange& exchange) noexcept override;

  [[nodiscard]] std::string metrics() const;

 private:
  void count(const gnet::http::Exchange& exchange) noexcept;
  void write(const gnet::http::Exchange& exchange, const AccessLog& log) const;
  void post(const gnet::http::Exchange& exchange) const;

  static constexpr std::array<double, 12> kSeconds{.0005, .001, .0025, .005, .01, .025,
                                                   .05,   .1,   .25,   1,    2.5, 10};
  using Counter = std::atomic<std::uint64_t>;

  const bool json_;
  const SessionRules* rules_ = nullptr;
  std::array<Counter, 600> by_status_{};
  std::array<Counter, kSeconds.size()> faster_{};  // than that, and not than the one before
  Counter connections_ = 0;
  Counter nanoseconds_ = 0;
  Counter cut_short_ = 0;
  Counter received_ = 0;
  Counter sent_ = 0;
};

}  // namespace cli
