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

// With the least and the most of several runs around it.
std::string number(const Measured& value) {
  if (value.runs <= 1) return number(value.median);
  return fmt::format("{}-{}-{}", number(value.least), number(value.median), number(value.most));
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

std::string json_of(double value) {
  return std::isfinite(value) ? number(value) : "null";
}

std::string json_of(const Measured& value) {
  if (value.runs <= 1) return json_of(value.median);
  return fmt::format("{{\"least\": {}, \"median\": {}, \"most\": {}, \"runs\": {}}}",
                     json_of(value.least), json_of(value.median), json_of(value.most), value.runs);
}

std::string json_of(const Subject& subject) {
  std::string out = fmt::format("{{\"name\": {}", quoted(subject.name));
  for (const auto& [key, value] : subject.values) {
    out += fmt::format(", {}: {}", quoted(key), json_of(value));
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
    out += fmt::format(", \"measured\": {}, \"unit\": {}, \"bound\": {}", json_of(check.measured),
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

Measured::Measured(std::vector<double> values) {
  if (values.empty()) return;
  runs = static_cast<int>(values.size());
  std::sort(values.begin(), values.end());
  least = values.front();
  most = values.back();
  const auto middle = values.size() / 2;
  median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Subject::at(const std::string& column) const {
  for (const auto& [key, value] : values) {
    if (key == column) return value.median;
  }
  throw std::out_of_range(name + " has no " + column);
}

Verdict Check::verdict() const {
  if (!available) return Verdict::skipped;
  if (!reason.empty()) return Verdict::miss;
  const bool kept = [this] {
    switch (sense) {
      case Bound::at_most:
        return measured.median <= bound;
      case Bound::at_least:
        return measured.median >= bound;
      case Bound::below:
        return measured.median < bound;
      case Bound::above:
        break;
    }
    return measured.median > bound;
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

namespace {

// The entry of the same name in each run; those that lack it are left out.
template <class Item, class Name>
std::vector<const Item*> same(const std::vector<RowResult>& runs,
                              std::vector<Item> RowResult::*list, Name name, const Item& item) {
  std::vector<const Item*> found;
  for (const auto& run : runs) {
    for (const Item& candidate : run.*list) {
      if (candidate.*name == item.*name) found.push_back(&candidate);
    }
  }
  return found;
}

Subject merged(const std::vector<const Subject*>& runs) {
  Subject all{runs.front()->name, {}, {}};
  for (const auto* run : runs) {
    if (run->failed()) return *run;
  }
  for (const auto& [column, value] : runs.front()->values) {
    std::vector<double> values;
    for (const auto* run : runs) values.push_back(run->at(column));
    all.values.emplace_back(column, Measured(std::move(values)));
  }
  return all;
}

Check merged(const std::vector<const Check*>& runs) {
  std::vector<double> values;
  for (const auto* run : runs) {
    if (!run->reason.empty()) return *run;
    values.push_back(run->measured.median);
  }
  Check all = *runs.front();
  all.measured = Measured(std::move(values));
  return all;
}

}  // namespace

RowResult merged(const std::vector<RowResult>& runs) {
  RowResult all{runs.front().name, runs.front().title, {}, {}};
  for (const auto& subject : runs.front().subjects) {
    all.subjects.push_back(merged(same(runs, &RowResult::subjects, &Subject::name, subject)));
  }
  for (const auto& check : runs.front().checks) {
    all.checks.push_back(merged(same(runs, &RowResult::checks, &Check::what, check)));
  }
  return all;
}

namespace {

std::string cell(const Subject& subject, const std::string& column) {
  for (const auto& [key, value] : subject.values) {
    if (key == column) return number(value);
  }
  return {};
}

struct Column {
  std::string name;
  std::size_t width;
};

std::vector<Column> columns_of(const RowResult& row) {
  std::vector<Column> columns;
  for (const auto& subject : row.subjects) {
    for (const auto& value : subject.values) {
      const auto& name = value.first;
      auto column = std::find_if(columns.begin(), columns.end(),
                                 [&](const Column& known) { return known.name == name; });
      if (column == columns.end()) {
        column = columns.insert(column, {name, std::max<std::size_t>(8, name.size())});
      }
      column->width = std::max(column->width, number(value.second).size());
    }
  }
  return columns;
}

}  // namespace

std::string table(const RowResult& row) {
  std::size_t name_width = 0;
  for (const auto& subject : row.subjects) name_width = std::max(name_width, subject.name.size());
  const auto columns = columns_of(row);
  std::string out = fmt::format("\n{}: {}\n", row.name, row.title);
  if (!columns.empty()) {
    out += fmt::format("  {:{}}", "", name_width);
    for (const auto& column : columns) out += fmt::format("  {:>{}}", column.name, column.width);
    out += '\n';
  }
  for (const auto& subject : row.subjects) {
    out += fmt::format("  {:{}}", subject.name, name_width);
    if (subject.failed()) {
      out += "  " + subject.failure;
    } else {
      for (const auto& column : columns) {
        out += fmt::format("  {:>{}}", cell(subject, column.name), column.width);
      }
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
