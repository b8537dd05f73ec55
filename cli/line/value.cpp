#include "cli/line/value.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "cli/out/json.h"
#include "gnet/base/size.h"
#include "gnet/diag/watchdog.h"

namespace cli {
namespace {

template <typename Number, typename... Base>
bool read_number(std::string_view text, Number& value, Base... base) {
  Number parsed{};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), parsed, base...);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return false;
  value = parsed;
  return true;
}

// Sizes as they are typed: 65536 is 64K.
std::string show_size(std::uint64_t bytes) {
  constexpr std::array kUnits{'G', 'M', 'K'};
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const std::uint64_t unit = std::uint64_t{1} << (10 * (kUnits.size() - i));
    if (bytes >= unit && bytes % unit == 0) return fmt::format("{}{}", bytes / unit, kUnits[i]);
  }
  return std::to_string(bytes);
}

}  // namespace

void read_value(std::string_view text, bool& value) {
  if (text == "on" || text == "true" || text == "yes" || text == "1") {
    value = true;
  } else if (text == "off" || text == "false" || text == "no" || text == "0") {
    value = false;
  } else {
    throw BadValue("must be on or off");
  }
}

void read_value(std::string_view text, Tally& value) {
  bool on = false;
  if (!text.empty() && text.front() >= '2' && text.front() <= '9') {
    if (!read_number(text, value.times)) throw BadValue("must be a number");
    return;
  }
  try {
    read_value(text, on);
  } catch (const BadValue&) {
    throw BadValue("must be on, off, or how many times");
  }
  value.times = on ? value.times + 1 : 0;
}

void read_value(std::string_view text, std::string& value) {
  value = text;
}

void read_value(std::string_view text, int& value) {
  if (!read_number(text, value) || value < 0) throw BadValue("must be a whole number, 0 or more");
}

void read_value(std::string_view text, double& value) {
  if (!read_number(text, value) || !(value >= 0) || value > 1e9) {
    throw BadValue("must be a number, 0 or more");
  }
}

void read_value(std::string_view text, Size& value) {
  const auto bytes = gnet::parse_size(text);
  if (!bytes) throw BadValue("must be a size like 512, 64K or 3MB");
  value.bytes = *bytes;
}

void read_value(std::string_view text, Rate& value) {
  if (text.ends_with("/s")) text.remove_suffix(2);
  const auto bytes = gnet::parse_size(text);
  if (!bytes) throw BadValue("must be a rate like 64K/s or 3MB/s");
  value.bytes_per_second = *bytes;
}

void read_value(std::string_view text, Count& value) {
  const auto number = gnet::parse_count(text);
  if (!number) throw BadValue("must be a whole number like 100 or 10k");
  value.number = *number;
}

void read_value(std::string_view text, Percent& value) {
  const auto share = gnet::parse_percent(text);
  if (!share) throw BadValue("must be a share from 0% to 100%");
  value.share = *share;
}

void read_value(std::string_view text, Delay& value) {
  const std::size_t tilde = text.find('~');
  Delay delay;
  read_value(text.substr(0, tilde), delay.base);
  if (tilde != std::string_view::npos) read_value(text.substr(tilde + 1), delay.jitter);
  value = delay;
}

void read_value(std::string_view text, CloseAfter& value) {
  value = {};
  const bool is_time = !text.empty() && std::string_view("smhd").find(text.back()) != text.npos;
  if (is_time) return read_value(text, value.time);
  const auto bytes = gnet::parse_size(text);
  if (!bytes) throw BadValue("must be a size like 64K or a duration like 10s");
  value.bytes = *bytes;
}

void read_value(std::string_view text, FileMode& value) {
  std::uint32_t bits = 0;
  if (!read_number(text, bits, 8) || bits > 0777) throw BadValue("must be octal, like 0600");
  value.bits = bits;
}

void read_value(std::string_view text, UnixPath& value) {
  value.path = gnet::Endpoint::unix_path(text).path();
}

void read_value(std::string_view text, PortRange& value) {
  const std::size_t dash = text.find('-');
  PortRange range;
  const std::string_view high = dash == std::string_view::npos ? text : text.substr(dash + 1);
  if (!read_number(text.substr(0, dash), range.low) || !read_number(high, range.high)) {
    throw BadValue("port must be 0-65535, or a range like 7000-7010");
  }
  if (range.low > range.high) throw BadValue("the range ends before it starts");
  if (range.low == 0 && range.high != 0) throw BadValue("a range starts at port 1 or higher");
  value = range;
}

void read_value(std::string_view text, Ports& value) {
  for (;;) {
    const std::size_t comma = text.find(',');
    read_value(text.substr(0, comma), value.ranges.emplace_back());
    if (comma == std::string_view::npos) return;
    text.remove_prefix(comma + 1);
  }
}

void read_value(std::string_view text, gnet::Duration& value) {
  const auto duration = gnet::parse_duration(text);
  if (!duration) throw BadValue("must be a duration like 250ms, 10s or 5m");
  value = *duration;
}

void read_value(std::string_view text, WatchdogLimit& value) {
  value.time = gnet::diag::parse_watchdog(text);
  if (!value.time) throw BadValue("must be on, off or a duration like 250ms");
}

void read_value(std::string_view text, gnet::Endpoint& value) {
  value = gnet::Endpoint::parse(text);
}

std::string show(bool value) {
  return value ? "on" : "off";
}
std::string show(Tally value) {
  return std::to_string(value.times);
}
std::string show(const std::string& value) {
  return value;
}
std::string show(int value) {
  return std::to_string(value);
}
std::string show(double value) {
  return number_text(value);
}
std::string show(Size value) {
  return show_size(value.bytes);
}
std::string show(Rate value) {
  return show_size(value.bytes_per_second);
}
std::string show(Count value) {
  return std::to_string(value.number);
}
std::string show(Percent value) {
  return number_text(value.share * 100) + "%";
}

std::string show(Delay value) {
  if (value.jitter == gnet::Duration::zero()) return show(value.base);
  return show(value.base) + "~" + show(value.jitter);
}

std::string show(CloseAfter value) {
  return value.time > gnet::Duration::zero() ? show(value.time) : show_size(value.bytes);
}

std::string show(FileMode value) {
  return fmt::format("{:04o}", value.bits);
}

std::string show(const UnixPath& value) {
  return value.path;
}

std::string show(PortRange value) {
  if (value.low == value.high) return std::to_string(value.low);
  return fmt::format("{}-{}", value.low, value.high);
}

std::string show(const Ports& value) {
  if (value.ranges.empty()) return std::to_string(value.fallback);
  std::string text;
  for (const PortRange& range : value.ranges) {
    if (!text.empty()) text += ',';
    text += show(range);
  }
  return text;
}

std::string show(WatchdogLimit value) {
  return value.time && value.time->count() > 0 ? show(*value.time) : "off";
}

std::string show(gnet::Duration value) {
  return value == gnet::Duration::zero() ? "0" : gnet::format_duration(value);
}

std::string show(const gnet::Endpoint& value) {
  return value.to_string();
}

}  // namespace cli
