#include "commands/shown_data.h"

#include <fmt/format.h>

#include <string>

#include "gnet/base/shorten.h"

namespace commands {
namespace {

// How much of a message is shown.
constexpr std::size_t kShown = 32;

}  // namespace

void log_data(const gnet::Logger& log, LogData how, std::string_view data) {
  if (how == LogData::off) return;
  if (how == LogData::text) return log.info("data: {}", gnet::shorten(data, kShown));
  std::string digits;
  for (const char c : data.substr(0, kShown)) {
    digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  log.info("data: {}{}", digits, data.size() > kShown ? ".." : "");
}

}  // namespace commands
