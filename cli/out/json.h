// JSON as the tool writes it: one object, built key by key, in the order in which
// the keys were added.
//
//   cli::print_line(cli::event("listening").add("endpoint", "tcp://127.0.0.1:6011").text());
//
// Strings may hold any bytes: what is not UTF-8 becomes U+FFFD, so that every line
// is valid JSON.

#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/duration.h"

namespace cli {

// A number as every reader takes it, those of a shell too: without an exponent, all digits in front
// of the point, and behind it what makes six of them. "null" for what is no number.
[[nodiscard]] std::string number_text(double value);

class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view value);
  JsonObject& add(std::string_view key, const char* value) {
    return add(key, std::string_view(value));
  }
  JsonObject& add(std::string_view key, const std::string& value) {
    return add(key, std::string_view(value));
  }
  JsonObject& add(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  JsonObject& add(std::string_view key, double value);
  JsonObject& add(std::string_view key, const std::vector<std::string>& values);
  JsonObject& add(std::string_view key, const JsonObject& value) { return raw(key, value.text()); }
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) JsonObject& add(std::string_view key, Integer value) {
    return raw(key, std::to_string(value));
  }

  // Adds text that is JSON already.
  JsonObject& raw(std::string_view key, std::string_view json);

  // All keys of another object.
  JsonObject& merge(const JsonObject& other);

  [[nodiscard]] std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

// A duration as a number for keys that end in "_us".
[[nodiscard]] double microseconds(gnet::Duration time) noexcept;

// A time as every event carries it: 2026-11-21T12:01:07.123Z.
[[nodiscard]] std::string utc_timestamp(
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now());

// An event object: {"ts": now, "event": name}, to be completed with add().
[[nodiscard]] JsonObject event(std::string_view name);

}  // namespace cli
