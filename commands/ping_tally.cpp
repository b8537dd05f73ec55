#include "commands/ping_tally.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "gnet/http/client_error.h"
#include "gnet/io/resolver.h"

namespace commands {
namespace {

// A connection that stays has them for its first probe alone, so that they may come in any order.
constexpr std::array<std::string_view, 7> kPhases = {"resolve", "connect",    "proxy", "tls",
                                                     "upgrade", "first_byte", "answer"};

std::size_t place_of(std::string_view phase) {
  return static_cast<std::size_t>(std::ranges::find(kPhases, phase) - kPhases.begin());
}

}  // namespace

void PingTally::answered(const PingAnswer& answer) {
  if (received() > 0) differences_ += std::chrono::abs(answer.time - last_);
  last_ = answer.time;
  ++sent_;
  times_->record(answer.time);
  for (const PingPhase& one : answer.phases) phase(one.name).record(one.time);
}

void PingTally::lost(const std::exception_ptr& error) {
  ++sent_;
  if (name_trouble(error).any) ++unresolved_;
}

double PingTally::loss() const noexcept {
  return sent_ == 0 ? 0 : static_cast<double>(lost()) / static_cast<double>(sent_);
}

gnet::Duration PingTally::jitter() const noexcept {
  if (received() < 2) return {};
  return differences_ / static_cast<std::int64_t>(received() - 1);
}

gnet::Histogram& PingTally::phase(const char* name) {
  const auto place = std::ranges::find_if(
      phases_, [name](const Phase& known) { return place_of(known.first) >= place_of(name); });
  if (place != phases_.end() && place->first == name) return *place->second;
  return *phases_.emplace(place, name, std::make_unique<gnet::Histogram>())->second;
}

NameTrouble name_trouble(const std::exception_ptr& error) {
  NameTrouble trouble;
  try {
    if (error) std::rethrow_exception(error);
  } catch (const gnet::ResolveError& failure) {
    trouble = {.any = true, .for_ever = !failure.temporary()};
  } catch (const gnet::http::ClientError& failure) {
    trouble.any = failure.failure() == gnet::http::ClientFailure::resolve;
    trouble.for_ever = trouble.any && !gnet::ResolveError(failure.code(), {}).temporary();
  } catch (...) {
  }
  return trouble;
}

}  // namespace commands
