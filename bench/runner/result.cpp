#include "bench/runner/result.h"

#include <fmt/core.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace bench {
namespace {

const char* word(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "PASS";
    case Verdict::miss:
      return "MISS";
    case Verdict::skipped:
      break;
  }
  return "skipped";
}

const char* sign(Bound sense) {
  switch (sense) {
    case Bound::at_most:
      return "<=";
    case Bound::at_least:
      return ">=";
    case Bound::below:
      return "<";
    case Bound::above:
      break;
  }
  return ">";
}

// Four significant digits, and no exponent.
std::string number(double value) {
  const double size = std::fabs(value);
  if (size >= 1000 || value == std::floor(value)) return fmt::format("{:.0f}", value);
  if (size >= 100) return fmt::format("{:.1f}", value);
  if (size >= 10) return fmt::format("{:.2f}", value);
  return fmt::format("{:.3f}", value);
}

std::string verdict_line(const Check& check) {
  if (!check.reason.empty()) {
    return fmt::format("{:7} {}: {}\n", word(check.verdict()), check.what, check.reason);
  }
  return fmt::format("{:7} {}: {} {} (must be {} {})\n", word(check.verdict()), check.what,
                     number(check.measured), check.unit, sign(check.sense), number(check.bound));
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string json_of(const Subject& subject) {
  std::string out = fmt::format("{{\"name\": {}", quoted(subject.name));
  for (const auto& [key, value] : subject.values) {
    out += fmt::format(", {}: {}", quoted(key), std::isfinite(value) ? number(value) : "null");
  }
  if (subject.failed()) out += fmt::format(", \"failure\": {}", quoted(subject.failure));
  return out + "}";
}

std::string json_of(const Check& check) {
  std::string out = fmt::format("{{\"what\": {}, \"verdict\": {}", quoted(check.what),
                                quoted(word(check.verdict())));
  if (!check.reason.empty()) {
    out += fmt::format(", \"reason\": {}", quoted(check.reason));
  } else {
    out += fmt::format(", \"measured\": {}, \"unit\": {}, \"bound\": {}", number(check.measured),
                       quoted(check.unit), quoted(sign(check.sense) + (" " + number(check.bound))));
  }
  return out + "}";
}

template <class Range>
std::string json_list(const Range& range) {
  std::string out;
  for (const auto& item : range) out += (out.empty() ? "\n      " : ",\n      ") + json_of(item);
  return fmt::format("[{}]", out);
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

}  // namespace

double Subject::at(const std::string& column) const {
  for (const auto& [key, value] : values) {
    if (key == column) return value;
  }
  throw std::out_of_range(name + " has no " + column);
}

Verdict Check::verdict() const {
  if (!available) return Verdict::skipped;
  if (!reason.empty()) return Verdict::miss;
  const bool kept = [this] {
    switch (sense) {
      case Bound::at_most:
        return measured <= bound;
      case Bound::at_least:
        return measured >= bound;
      case Bound::below:
        return measured < bound;
      case Bound::above:
        break;
    }
    return measured > bound;
  }();
  return kept ? Verdict::pass : Verdict::miss;
}

Check skipped_check(std::string what, std::string reason) {
  Check check;
  check.what = std::move(what);
  check.reason = std::move(reason);
  check.available = false;
  return check;
}

Check failed_check(std::string what, std::string reason) {
  Check check;
  check.what = std::move(what);
  check.reason = std::move(reason);
  return check;
}

std::string table(const RowResult& row) {
  std::vector<std::string> columns;
  std::size_t name_width = 0;
  for (const auto& subject : row.subjects) {
    name_width = std::max(name_width, subject.name.size());
    for (const auto& [key, value] : subject.values) {
      if (std::find(columns.begin(), columns.end(), key) == columns.end()) columns.push_back(key);
    }
  }
  std::string out = fmt::format("\n{}: {}\n", row.name, row.title);
  if (!columns.empty()) {
    out += fmt::format("  {:{}}", "", name_width);
    for (const auto& column : columns) {
      out += fmt::format("  {:>{}}", column, std::max<std::size_t>(8, column.size()));
    }
    out += '\n';
  }
  for (const auto& subject : row.subjects) {
    out += fmt::format("  {:{}}", subject.name, name_width);
    if (subject.failed()) out += "  " + subject.failure;
    for (const auto& column : subject.failed() ? std::vector<std::string>() : columns) {
      const auto width = std::max<std::size_t>(8, column.size());
      const auto value =
          std::find_if(subject.values.begin(), subject.values.end(),
                       [&](const auto& candidate) { return candidate.first == column; });
      out += fmt::format("  {:>{}}", value == subject.values.end() ? "" : number(value->second),
                         width);
    }
    out += '\n';
  }
  for (const auto& check : row.checks) out += "  " + verdict_line(check);
  return out;
}

std::string summary(const std::vector<RowResult>& rows) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.name.size());
  std::string out = "\nSummary\n";
  for (const auto& row : rows) {
    for (const auto& check : row.checks) {
      out += fmt::format("  {:{}}  {}", row.name, width, verdict_line(check));
    }
  }
  return out;
}

std::string json(const std::vector<RowResult>& rows) {
  utsname system{};
  uname(&system);
  std::string out;
  for (const auto& row : rows) {
    out += out.empty() ? "" : ",";
    out += fmt::format(
        "\n    {{\"row\": {}, \"title\": {},\n     \"subjects\": {},\n     \"checks\": {}}}",
        quoted(row.name), quoted(row.title), json_list(row.subjects), json_list(row.checks));
  }
  return fmt::format(
      "{{\n  \"machine\": {{\"processor\": {}, \"cores\": {}, \"kernel\": {}}},\n"
      "  \"rows\": [{}\n  ]\n}}\n",
      quoted(processor()), sysconf(_SC_NPROCESSORS_ONLN), quoted(system.release), out);
}

}  // namespace bench
