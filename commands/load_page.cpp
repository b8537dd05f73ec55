#include "commands/load_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cli/out/json.h"
#include "commands/chart.h"
#include "commands/load_sections.h"
#include "commands/load_text.h"
#include "gnet/base/size.h"
#include "gnet/web/html.h"

namespace commands {
namespace {

constexpr std::size_t kMostPoints = 300;

constexpr std::string_view kHead = R"--page--(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --paper: #fff; --dim: #666; --line: #ccc; --grid: #e4e4e4; --bad: #b00; --warn: #850;
          --s0: #06c; --s1: #c50; --s2: #383; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #161616; --dim: #999; --line: #444; --grid: #333; --bad: #f77; --warn: #eb5;
            --s0: #6af; --s1: #f95; --s2: #7c7; }
  }
  body { background: var(--paper); font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
  h1 { font-size: 1.2rem; margin: 0; overflow-wrap: anywhere; }
  h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
  p { margin: .25rem 0; }
  .dim, .axis { color: var(--dim); fill: var(--dim); }
  .bad { color: var(--bad); }
  .warn { color: var(--warn); }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
  dt { color: var(--dim); }
  dd { margin: 0; overflow-wrap: anywhere; }
  .wide { overflow-x: auto; }
  svg { display: block; width: 100%; min-width: 34rem; height: auto; font-size: 12px; }
  .grid { stroke: var(--grid); }
  .legend { fill: currentColor; }
  .shade { fill: var(--grid); opacity: .6; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .line.s0 { stroke: var(--s0); }
  .line.s1 { stroke: var(--s1); stroke-dasharray: 6 3; }
  .line.s2 { stroke: var(--s2); stroke-dasharray: 2 3; }
  .dot { opacity: 0; }
  .dot:hover { opacity: 1; }
  .dot.s0 { fill: var(--s0); }
  .dot.s1 { fill: var(--s1); }
  .dot.s2 { fill: var(--s2); }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { text-align: right; padding: .1rem .75rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
  th { white-space: pre-line; vertical-align: bottom; font-weight: normal; color: var(--dim); }
  .words, .why { text-align: left; }
  td.why { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
</style>
)--page--";

void put(std::string& out, std::string_view text) {
  gnet::web::detail::append_html(out, text);
}

void put_element(std::string& out, std::string_view tag, std::string_view kind,
                 std::string_view text) {
  out += fmt::format("<{}{}>", tag, kind.empty() ? "" : fmt::format(" class=\"{}\"", kind));
  put(out, text);
  out += fmt::format("</{}>", tag);
}

// ---- what ticks and hints say ----

std::string show_time(double nanoseconds) {
  return time_text(gnet::Duration(std::llround(nanoseconds)));
}

std::string show_seconds(double seconds) {
  return cli::number_text(seconds) + "s";
}

std::string show_number(double number) {
  return number == std::floor(number) ? count_text(static_cast<std::uint64_t>(number))
                                      : cli::number_text(number);
}

std::string show_bytes(double bytes) {
  return gnet::format_size(static_cast<std::uint64_t>(std::llround(std::max(bytes, 0.0))));
}

// ---- latency by percentile ----

// 0, 1, 2, 3 nines: 0 %, 90 %, 99 %, 99.9 %.
double share_of_nines(double nines) {
  return 1 - std::pow(10, -nines);
}

// Enough digits that no share below 100 % becomes it.
std::string percentile_text(double share) {
  std::string text = fmt::format("{:.7g}", share * 100);
  return text;
}

ChartLine latency_line(std::string name, const gnet::FineHistogram& times, double most) {
  ChartLine line{.name = std::move(name), .points = {}};
  const double own = std::min(most, std::log10(static_cast<double>(times.count())));
  constexpr double kStep = 0.05;
  for (int i = 0; i * kStep < own; ++i) {
    const double share = share_of_nines(i * kStep);
    const gnet::Duration time = times.percentile(share);
    line.points.push_back({i * kStep, static_cast<double>(time.count()),
                           fmt::format("{}: {} % took at most {}", line.name,
                                       percentile_text(share), time_text(time))});
  }
  line.points.push_back(
      {own, static_cast<double>(times.max().count()),
       fmt::format("{}: the longest took {}", line.name, time_text(times.max()))});
  return line;
}

std::string latency_chart(const LoadResults& results, const LoadView& view) {
  const gnet::FineHistogram& leading = view.leading(results.total);
  if (leading.count() == 0) return {};
  const gnet::FineHistogram& other = view.other(results.total);
  const bool both = results.open_loop && other.count() > 0;
  const double most = std::clamp(std::log10(static_cast<double>(leading.count())), 1.0, 7.0);
  ChartAxis x{
      .title = "share of the answers", .low = 0, .high = most, .logarithmic = false, .ticks = {}};
  x.ticks.emplace_back(0, "0 %");
  x.ticks.emplace_back(std::log10(2), "50 %");
  for (int nines = 1; nines <= most; ++nines) {
    x.ticks.emplace_back(nines, percentile_text(share_of_nines(nines)) + " %");
  }
  const double low = static_cast<double>(both ? std::min(leading.min(), other.min()).count()
                                              : leading.min().count());
  const double high = static_cast<double>(both ? std::max(leading.max(), other.max()).count()
                                               : leading.max().count());
  Chart chart{.label = "latency by percentile",
              .x = std::move(x),
              .y = log_axis("latency", std::max(low, 1.0), std::max(high, 1.0), show_time)};
  const bool sent = view.from == LatencyFrom::sent;
  const char* const first = sent ? "uncorrected" : "corrected";
  const char* const second = sent ? "corrected" : "uncorrected";
  chart.lines.push_back(latency_line(both ? first : "latency", leading, most));
  if (both) chart.lines.push_back(latency_line(second, other, most));
  return svg(chart);
}

// ---- over time ----

// A long run has points of several seconds, with the worst latencies of them.
std::vector<LoadSecond> thinned(const std::vector<LoadSecond>& seconds, std::size_t together) {
  std::vector<LoadSecond> points;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const LoadSecond& second = seconds[i];
    if (i % together == 0) {
      points.push_back(second);
      continue;
    }
    LoadSecond& point = points.back();
    const auto parts = static_cast<double>(i % together + 1);
    point.at = second.at;
    point.took += second.took;
    point.answers += second.answers;
    point.failures += second.failures;
    point.dropped += second.dropped;
    point.received += second.received;
    point.sent += second.sent;
    point.intended_rate += (second.intended_rate - point.intended_rate) / parts;
    point.p50 = std::max(point.p50, second.p50);
    point.p99 = std::max(point.p99, second.p99);
    point.max = std::max(point.max, second.max);
  }
  return points;
}

// The seconds of a run as lines of a chart that has them from left to right.
class TimeChart {
 public:
  TimeChart(const std::vector<LoadSecond>& seconds, const LoadResults& results)
      : seconds_(seconds), warmup_(std::chrono::duration<double>(results.warmup).count()) {}

  // `value` is of a second, `show` its text.
  template <typename Value>
  void add(std::string name, ShowValue show, Value value) {
    ChartLine line{.name = std::move(name), .points = {}};
    for (const LoadSecond& second : seconds_) {
      const double at = std::chrono::duration<double>(second.at).count();
      const double y = value(second);
      if (y > 0) low_ = std::min(low_, y);
      if (y > 0) high_ = std::max(high_, y);
      line.points.push_back(
          {at, y, std::isnan(y) ? "" : fmt::format("{} at {:.0f}s: {}", line.name, at, show(y))});
    }
    chart_.lines.push_back(std::move(line));
  }

  [[nodiscard]] std::string linear(std::string label, ShowValue show) {
    chart_.y = linear_axis(label, 0, std::max(high_, 5.0), show);
    return drawn(std::move(label));
  }
  [[nodiscard]] std::string logarithmic(std::string label, ShowValue show) {
    if (high_ == 0) return {};
    chart_.y = log_axis(label, low_, high_, show);
    return drawn(std::move(label));
  }

 private:
  std::string drawn(std::string label) {
    chart_.label = std::move(label);
    chart_.x = linear_axis("time", 0, std::chrono::duration<double>(seconds_.back().at).count(),
                           show_seconds);
    chart_.shade_to = warmup_;
    return svg(chart_);
  }

  const std::vector<LoadSecond>& seconds_;
  double warmup_;
  double low_ = std::numeric_limits<double>::max();
  double high_ = 0;
  Chart chart_;
};

double latency_or_none(const LoadSecond& second, gnet::Duration time) {
  return second.answers == 0 ? std::numeric_limits<double>::quiet_NaN()
                             : static_cast<double>(time.count());
}

std::string time_charts(const LoadResults& results) {
  if (results.seconds.empty()) return {};
  const std::size_t together = (results.seconds.size() + kMostPoints - 1) / kMostPoints;
  const std::vector<LoadSecond> seconds = thinned(results.seconds, together);
  std::string out;
  TimeChart rates(seconds, results);
  if (results.stream) {
    rates.add("received", show_bytes,
              [](const LoadSecond& one) { return each_second(one.received, one.took); });
    rates.add("sent", show_bytes,
              [](const LoadSecond& one) { return each_second(one.sent, one.took); });
    out += rates.linear("bytes a second", show_bytes);
  } else {
    rates.add("answers", show_number,
              [](const LoadSecond& one) { return std::round(each_second(one.answers, one.took)); });
    if (results.open_loop) {
      rates.add("intended", show_number,
                [](const LoadSecond& one) { return std::round(one.intended_rate); });
    }
    out += rates.linear("answers a second", show_number);
    TimeChart latency(seconds, results);
    latency.add("p50", show_time,
                [](const LoadSecond& one) { return latency_or_none(one, one.p50); });
    latency.add("p99", show_time,
                [](const LoadSecond& one) { return latency_or_none(one, one.p99); });
    latency.add("max", show_time,
                [](const LoadSecond& one) { return latency_or_none(one, one.max); });
    out += latency.logarithmic("latency", show_time);
  }
  TimeChart errors(seconds, results);
  errors.add("errors", show_number,
             [](const LoadSecond& one) { return static_cast<double>(one.failures); });
  errors.add("dropped", show_number,
             [](const LoadSecond& one) { return static_cast<double>(one.dropped); });
  out += errors.linear("errors", show_number);
  if (together > 1) {
    out += fmt::format(
        "<p class=\"dim\">Each point is of {} seconds, with the worst latency of "
        "them.</p>\n",
        together);
  }
  return out;
}

// ---- words ----

void put_table(std::string& out, const LoadTable& table) {
  put_element(out, "h2", "", table.title);
  const auto kind = [&](std::size_t i) {
    if (table.reasons && i + 1 == table.heads.size()) return "why";
    return i < table.words ? "words" : "";
  };
  out += "\n<div class=\"wide\" tabindex=\"0\"><table>\n";
  if (std::ranges::any_of(table.heads, [](const std::string& head) { return !head.empty(); })) {
    out += "<tr>";
    for (std::size_t i = 0; i < table.heads.size(); ++i) {
      put_element(out, "th", kind(i), table.heads[i]);
    }
    out += "</tr>\n";
  }
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) put_element(out, "td", kind(i), row[i]);
    out += "</tr>\n";
  }
  out += "</table></div>\n";
}

void put_notes(std::string& out, const std::vector<LoadNote>& notes) {
  static constexpr const char* kTones[] = {"note", "warning", "failed"};
  static constexpr const char* kKinds[] = {"dim", "warn", "bad"};
  for (const LoadNote& note : notes) {
    const auto tone = static_cast<std::size_t>(note.tone);
    put_element(out, "p", kKinds[tone], fmt::format("{}: {}", kTones[tone], note.text));
    out += "\n";
  }
}

void put_figure(std::string& out, std::string_view title, const std::string& drawing) {
  if (drawing.empty()) return;
  put_element(out, "h2", "", title);
  out += "\n<div class=\"wide\" tabindex=\"0\">\n" + drawing + "</div>\n";
}

}  // namespace

std::string load_page(const LoadResults& results, const LoadView& view,
                      const LoadVerdict& verdict) {
  std::string targets;
  for (const std::string& target : results.targets)
    targets += (targets.empty() ? "" : ", ") + target;
  if (targets.size() > 300) targets = targets.substr(0, 300) + "…";
  std::string out(kHead);
  put_element(out, "title", "", "gnet load " + targets);
  out += "\n";
  put_element(out, "h1", "", "gnet load " + targets);
  out += "\n";
  put_element(out, "p", "dim", "began " + cli::utc_timestamp(results.began));
  out += "\n<dl>\n";
  for (const LoadFact& fact : load_facts(results, verdict)) {
    put_element(out, "dt", "", fact.name);
    put_element(out, "dd", "", fact.text);
    out += "\n";
  }
  out += "</dl>\n";
  put_notes(out, load_notes(results, verdict));
  if (!results.stream) {
    put_figure(out, "latency by percentile", latency_chart(results, view));
  }
  put_figure(out, "second by second", time_charts(results));
  for (const LoadTable& table : load_tables(results, view, verdict)) put_table(out, table);
  return out + "</html>\n";
}

}  // namespace commands
