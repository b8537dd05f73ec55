#include "commands/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gnet/web/html.h"

namespace commands {
namespace {

// Of the picture, in its own units.
constexpr double kWidth = 760;
constexpr double kHeight = 260;
constexpr double kLeft = 70;
constexpr double kRight = 20;
constexpr double kTop = 34;
constexpr double kBottom = 44;

constexpr double kMostTicks = 7;

std::string svg_text(std::string_view text) {
  std::string out;
  gnet::web::detail::append_html(out, text);
  return out;
}

double across(const Chart& chart, double x) {
  return kLeft + chart.x.place(x) * (kWidth - kLeft - kRight);
}

double down(const Chart& chart, double y) {
  return kHeight - kBottom - chart.y.place(y) * (kHeight - kTop - kBottom);
}

// Lines of the plane, with their texts.
std::string axes(const Chart& chart) {
  std::string out;
  const double right = kWidth - kRight;
  const double bottom = kHeight - kBottom;
  for (const auto& [value, text] : chart.y.ticks) {
    const double y = down(chart, value);
    out += fmt::format(
        "<line class=\"grid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" "
        "y2=\"{:.1f}\"/><text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" "
        "text-anchor=\"end\">{}</text>\n",
        kLeft, right, y, y, kLeft - 8, y + 4, svg_text(text));
  }
  for (const auto& [value, text] : chart.x.ticks) {
    const double x = across(chart, value);
    out += fmt::format(
        "<line class=\"grid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" "
        "y2=\"{:.1f}\"/><text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" "
        "text-anchor=\"middle\">{}</text>\n",
        x, x, kTop, bottom, x, bottom + 16, svg_text(text));
  }
  return out + fmt::format(
                   "<text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}"
                   "</text>\n<text class=\"axis\" x=\"8\" y=\"16\">{}</text>\n",
                   (kLeft + right) / 2, kHeight - 8, svg_text(chart.x.title),
                   svg_text(chart.y.title));
}

std::string legend(const Chart& chart) {
  std::string out;
  double x = kWidth - kRight;
  for (std::size_t i = chart.lines.size(); i-- > 0;) {
    const std::string& name = chart.lines[i].name;
    x -= 7.5 * static_cast<double>(name.size()) + 8;
    out +=
        fmt::format("<text class=\"legend\" x=\"{:.1f}\" y=\"16\">{}</text>\n", x, svg_text(name));
    x -= 30;
    out += fmt::format(
        "<line class=\"line s{}\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"12\" "
        "y2=\"12\"/>\n",
        i, x, x + 24);
  }
  return out;
}

std::string path(const Chart& chart, const ChartLine& line) {
  std::string out;
  bool begun = false;
  for (const ChartPoint& point : line.points) {
    if (std::isnan(point.y)) {
      begun = false;
      continue;
    }
    out += fmt::format("{}{:.1f} {:.1f}", begun ? 'L' : 'M', across(chart, point.x),
                       down(chart, point.y));
    begun = true;
  }
  return out;
}

std::string dots(const Chart& chart, const ChartLine& line, std::size_t number) {
  std::string out;
  for (const ChartPoint& point : line.points) {
    if (point.hint.empty() || std::isnan(point.y)) continue;
    out += fmt::format(
        "<circle class=\"dot s{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" "
        "r=\"5\"><title>{}</title></circle>\n",
        number, across(chart, point.x), down(chart, point.y), svg_text(point.hint));
  }
  return out;
}

// 1, 2 or 5 times a power of ten, and at least this.
double round_step(double rough) {
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (power * factor >= rough) return power * factor;
  }
  return power * 10;
}

}  // namespace

double ChartAxis::place(double value) const noexcept {
  const double part = logarithmic ? std::log(std::max(value, low) / low) / std::log(high / low)
                                  : (value - low) / (high - low);
  return std::clamp(part, 0.0, 1.0);
}

ChartAxis linear_axis(std::string title, double low, double high, ShowValue show) {
  if (!(high > low)) high = low + 1;
  const double step = round_step((high - low) / kMostTicks);
  ChartAxis axis{.title = std::move(title),
                 .low = std::floor(low / step) * step,
                 .high = std::ceil(high / step) * step,
                 .logarithmic = false,
                 .ticks = {}};
  const auto steps = static_cast<int>(std::lround((axis.high - axis.low) / step));
  for (int i = 0; i <= steps; ++i) {
    axis.ticks.emplace_back(axis.low + i * step, show(axis.low + i * step));
  }
  return axis;
}

ChartAxis log_axis(std::string title, double low, double high, ShowValue show) {
  low = std::pow(10, std::floor(std::log10(std::max(low, 1e-9))));
  high = std::pow(10, std::ceil(std::log10(std::max(high, low * 1.001))));
  ChartAxis axis{
      .title = std::move(title), .low = low, .high = high, .logarithmic = true, .ticks = {}};
  const auto decades = static_cast<int>(std::lround(std::log10(high / low)));
  for (int i = 0; i <= decades; ++i) {
    const double value = low * std::pow(10, i);
    axis.ticks.emplace_back(value, show(value));
    if (decades > 2 || i == decades) continue;
    for (const double factor : {2.0, 5.0}) {
      axis.ticks.emplace_back(value * factor, show(value * factor));
    }
  }
  return axis;
}

std::string svg(const Chart& chart) {
  std::string out =
      fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", kWidth,
                  kHeight, svg_text(chart.label));
  if (chart.shade_to > chart.x.low) {
    out += fmt::format(
        "<rect class=\"shade\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"{:.1f}\"/>\n",
        kLeft, kTop, across(chart, chart.shade_to) - kLeft, kHeight - kTop - kBottom);
  }
  out += axes(chart) + legend(chart);
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    out += fmt::format("<path class=\"line s{}\" d=\"{}\"/>\n", i, path(chart, chart.lines[i]));
  }
  for (std::size_t i = 0; i < chart.lines.size(); ++i) out += dots(chart, chart.lines[i], i);
  return out + "</svg>\n";
}

}  // namespace commands
