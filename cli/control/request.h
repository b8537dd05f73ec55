// What a client of the control socket asks for: one line, in JSON or in plain words.
//
//   {"op": "notify", "service": "*", "message": "hello"}
//   notify * hello
//   stop echo --wait --timeout=5s
//
// Nothing is read and nothing done here; see control_server.h for that, and *gnet-ctl-protocol*(7).
//
// Threads: functions without state.

#pragma once

#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// What may be asked for, as a row of a table.
struct ControlOperation {
  std::string_view name;
  std::vector<std::string_view> arguments;  // words without a dash, in this order
  std::size_t needed = 0;                   // of these
  std::vector<std::string_view> options;    // in any order: --wait, --timeout=5s
  std::string_view summary;
  // All words from here on belong to `words`, or to the last argument, as they are.
  enum class Rest { none, words, text } rest = Rest::none;
};

[[nodiscard]] std::span<const ControlOperation> control_operations();
[[nodiscard]] const ControlOperation* find_control_operation(std::string_view name);

// Why a line is no request.
class BadRequest : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

struct ControlRequest {
  // The longest line, in bytes.
  static constexpr std::size_t kLongest = 64 * 1024;

  bool json = false;       // how it was written, and is to be answered
  bool with_text = false;  // JSON: with what people are told, too
  std::string op;
  std::map<std::string, std::string, std::less<>> fields;  // "service", "timeout"
  std::vector<std::string> words;                          // of "add": the options

  // Empty: not given.
  [[nodiscard]] const std::string& field(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept { return fields.contains(name); }

  // As one line of JSON, without its end.
  [[nodiscard]] std::string to_json() const;
};

// Throws BadRequest for what is none: an unknown operation, a field that it has not, one that it
// lacks.
[[nodiscard]] ControlRequest parse_request(std::string_view line);

// The words of a line; those with blanks stand in quotes. Throws BadRequest for a quote that does
// not end.
[[nodiscard]] std::vector<std::string> split_words(std::string_view line);

}  // namespace cli
