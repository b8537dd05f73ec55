#include "commands/load_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "cli/out/terminal.h"
#include "commands/load_sections.h"
#include "commands/load_text.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

constexpr std::size_t kMostTargetsShown = 3;
constexpr std::size_t kMostBars = 12;
constexpr std::size_t kBarWidth = 40;

std::string targets_text(const LoadResults& results, const cli::Style& style) {
  std::string text;
  const std::size_t shown = std::min(results.targets.size(), kMostTargetsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    text += style.heading(gnet::printable(results.targets[i])) + "\n";
  }
  if (shown < results.targets.size()) {
    text += fmt::format("and {} more\n", results.targets.size() - shown);
  }
  return text;
}

std::string facts_text(const std::vector<LoadFact>& facts) {
  std::size_t width = 0;
  for (const LoadFact& fact : facts) width = std::max(width, fact.name.size());
  std::string text;
  for (const LoadFact& fact : facts) {
    text += fmt::format("  {:<{}}  {}\n", fact.name, width, fact.text);
  }
  return text;
}

using Row = std::vector<std::string>;

// The lines of the heads, each a row; none where there is nothing in them.
std::vector<Row> head_rows(const std::vector<std::string>& heads) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    std::string_view left = heads[i];
    for (std::size_t line = 0; !left.empty(); ++line) {
      if (rows.size() == line) rows.emplace_back(heads.size());
      const std::string_view one = left.substr(0, left.find('\n'));
      rows[line][i] = one;
      left.remove_prefix(std::min(one.size() + 1, left.size()));
    }
  }
  return rows;
}

// Whether a column is put to the left.
bool is_words(const LoadTable& table, std::size_t column) {
  return column < table.words || (table.reasons && column + 1 == table.heads.size());
}

std::string table_text(const LoadTable& table, const cli::Style& style) {
  std::vector<Row> rows = head_rows(table.heads);
  rows.insert(rows.end(), table.rows.begin(), table.rows.end());
  std::vector<std::size_t> widths(table.heads.size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text = "\n" + style.heading(table.title) + "\n";
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool left = is_words(table, i);
      line += left ? fmt::format("  {:<{}}", row[i], widths[i])
                   : fmt::format("  {:>{}}", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

// ---- bars ----

// The ends of spans: 1, 2 and 5 times the powers of ten, so that a tail of thousands of times the
// median is in the picture; or steps that are the same, where all of it is close together.
std::vector<double> spread_ends(double low, double high) {
  std::vector<double> ends;
  for (const bool thirds : {true, false}) {
    ends.clear();
    for (double power = std::pow(10, std::floor(std::log10(low))); power < high * 10; power *= 10) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double end = power * factor;
        if ((thirds || factor == 1) && end > low && (ends.empty() || ends.back() < high)) {
          ends.push_back(end);
        }
      }
    }
    if (ends.size() <= kMostBars) break;
  }
  return ends;
}

std::vector<double> even_ends(double low, double high) {
  const double rough = (high - low) / static_cast<double>(kMostBars - 2);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (power * factor >= rough) {
      step = power * factor;
      break;
    }
  }
  std::vector<double> ends;
  for (double end = (std::floor(low / step) + 1) * step; ends.empty() || ends.back() < high;
       end += step) {
    ends.push_back(end);
  }
  return ends;
}

std::vector<double> bar_ends(double low, double high) {
  low = std::max(low, 1.0);
  if (high - low < 12) return {high};  // in nanoseconds
  std::vector<double> ends = high / low < 20 ? even_ends(low, high) : spread_ends(low, high);
  if (ends.size() > kMostBars) {
    // Decades from a nanosecond on: the first ones together.
    ends.erase(ends.begin(), ends.end() - static_cast<std::ptrdiff_t>(kMostBars));
  }
  return ends;
}

std::string bar(double share, bool utf8) {
  const double width = share * static_cast<double>(kBarWidth);
  if (!utf8) return std::string(static_cast<std::size_t>(std::ceil(width)), '#');
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::ceil(width * 8));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + kEighths[eighths % 8];
}

}  // namespace

std::string load_bars(const gnet::FineHistogram& histogram, bool utf8) {
  if (histogram.count() == 0) return {};
  struct Bar {
    std::string end;
    std::uint64_t count;
    std::uint64_t up_to;
  };
  std::vector<Bar> bars;
  std::uint64_t before = 0;
  std::uint64_t most = 1;
  std::size_t width = 0;
  for (const double end : bar_ends(static_cast<double>(histogram.min().count()),
                                   static_cast<double>(histogram.max().count()))) {
    const gnet::Duration span(std::llround(end));
    const std::uint64_t up_to =
        span >= histogram.max() ? histogram.count() : histogram.count_up_to(span);
    bars.push_back({time_text(span), up_to - before, up_to});
    most = std::max(most, up_to - before);
    width = std::max(width, bars.back().end.size());
    before = up_to;
  }
  const std::size_t digits = count_text(most).size();
  std::string text;
  for (const Bar& one : bars) {
    const double of_all = static_cast<double>(one.up_to) / static_cast<double>(histogram.count());
    text += fmt::format("  <= {:>{}}  {:>{}}  {:>8}  {}", one.end, width, count_text(one.count),
                        digits, share_text(of_all),
                        bar(static_cast<double>(one.count) / static_cast<double>(most), utf8));
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string load_report(const LoadResults& results, const LoadView& view,
                        const LoadVerdict& verdict) {
  const cli::Style style{view.color};
  std::string text = targets_text(results, style) + facts_text(load_facts(results, verdict));
  for (const LoadTable& table : load_tables(results, view, verdict)) {
    text += table_text(table, style);
  }
  if (view.histogram && !results.stream && view.leading(results.total).count() > 0) {
    text += "\n" + style.heading("histogram") + " (answers, and the share of all so far)\n" +
            load_bars(view.leading(results.total), view.utf8);
  }
  const std::vector<LoadNote> notes = load_notes(results, verdict);
  if (!notes.empty()) text += "\n";
  static constexpr const char* kTones[] = {"note", "warning", "failed"};
  for (const LoadNote& note : notes) {
    text += fmt::format("{}: {}\n", kTones[static_cast<std::size_t>(note.tone)],
                        gnet::printable(note.text));
  }
  return text;
}

}  // namespace commands
