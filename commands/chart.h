// A chart of lines as SVG, which stands in a page of HTML and needs no script.
//
//   Chart chart{.label = "latency over time",
//               .x = linear_axis("seconds", 0, 60, count),
//               .y = log_axis("latency", 1e3, 1e9, duration)};
//   chart.lines.push_back({.name = "p99", .points = {{1, 2e6, "at 1s: 2ms"}, {2, 3e6, ""}}});
//   page += svg(chart);
//
// Colours and strokes are up to the page's style: lines are of the classes line and s0, s1 and so
// on, in the order in which they are added; the rest of axis, grid, legend, shade and dot.
//
// Threads: values and functions without state.

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace commands {

struct ChartAxis {
  std::string title;
  double low = 0;
  double high = 1;
  bool logarithmic = false;
  std::vector<std::pair<double, std::string>> ticks;

  // Where a value is, 0 at the low end and 1 at the high one; beyond them it stays there.
  [[nodiscard]] double place(double value) const noexcept;
};

// Their ends are moved out to the next tick. `show` is the text of a tick.
using ShowValue = std::string (*)(double value);
[[nodiscard]] ChartAxis linear_axis(std::string title, double low, double high, ShowValue show);
[[nodiscard]] ChartAxis log_axis(std::string title, double low, double high, ShowValue show);

struct ChartPoint {
  double x = 0;
  double y = 0;      // not a number: the line is broken here
  std::string hint;  // shown when the mouse is over it; empty: there is none
};

struct ChartLine {
  std::string name;
  std::vector<ChartPoint> points;
};

struct Chart {
  std::string label;  // what it shows, for those who do not see it
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartLine> lines = {};
  double shade_to = 0;  // what is before this x is shaded
};

[[nodiscard]] std::string svg(const Chart& chart);

}  // namespace commands
