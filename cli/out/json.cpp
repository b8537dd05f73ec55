#include "cli/out/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "gnet/base/utf8.h"

namespace cli {

std::string number_text(double value) {
  constexpr int kDigits = 6;
  if (!std::isfinite(value)) return "null";
  const double magnitude = value == 0 ? 0 : std::floor(std::log10(std::abs(value)));
  const double decimals = std::max(kDigits - 1 - magnitude, 0.0);
  std::string text = fmt::format("{:.{}f}", value, static_cast<int>(decimals));
  if (text.find('.') != text.npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

JsonObject& JsonObject::add(std::string_view key, std::string_view value) {
  return raw(key, gnet::json_string(value));
}

JsonObject& JsonObject::add(std::string_view key, double value) {
  return raw(key, number_text(value));
}

JsonObject& JsonObject::add(std::string_view key, const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) {
    if (!list.empty()) list += ',';
    list += gnet::json_string(value);
  }
  return raw(key, "[" + list + "]");
}

JsonObject& JsonObject::raw(std::string_view key, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  members_ += gnet::json_string(key);
  members_ += ':';
  members_ += json;
  return *this;
}

JsonObject& JsonObject::merge(const JsonObject& other) {
  if (!members_.empty() && !other.members_.empty()) members_ += ',';
  members_ += other.members_;
  return *this;
}

double microseconds(gnet::Duration time) noexcept {
  return std::chrono::duration<double, std::micro>(time).count();
}

std::string utc_timestamp(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto since_epoch = floor<milliseconds>(time).time_since_epoch();
  const std::time_t now = floor<seconds>(since_epoch).count();
  tm parts{};
  gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     since_epoch.count() % 1000);
}

JsonObject event(std::string_view name) {
  JsonObject object;
  object.add("ts", utc_timestamp()).add("event", name);
  return object;
}

}  // namespace cli
