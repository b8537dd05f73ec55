#include "commands/load_view.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/out/failure.h"
#include "cli/out/terminal.h"
#include "cli/out/trim.h"
#include "commands/measured_condition.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

constexpr std::size_t kMostPercentiles = 50;

LoadPercentile parse_one(std::string_view word) {
  if (word == "max") return {.name = "max", .share = 1};
  std::string_view number = word;
  if (number.starts_with('p')) number.remove_prefix(1);
  const auto share = parse_percentile(number);
  if (!share) {
    throw cli::UsageError(fmt::format(
        "--percentiles: '{}' must be a number from 0 to 100, or max, such as 50,99.9,max",
        gnet::printable(word)));
  }
  return {.name = "p" + std::string(number), .share = *share};
}

}  // namespace

std::vector<LoadPercentile> parse_percentiles(std::string_view text) {
  std::vector<LoadPercentile> all;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != text.npos;
    LoadPercentile one = parse_one(cli::trim(text.substr(0, comma)));
    const auto same = [&](const LoadPercentile& known) { return known.name == one.name; };
    if (std::ranges::none_of(all, same)) all.push_back(std::move(one));
    if (all.size() > kMostPercentiles) {
      throw cli::UsageError(fmt::format("--percentiles: more than {} of them", kMostPercentiles));
    }
    if (more) text.remove_prefix(comma + 1);
  }
  return all;
}

LoadView load_view(const LoadOptions& options) {
  const bool to_stdout = options.output.empty() || options.output == "-";
  return {.percentiles = parse_percentiles(options.percentiles),
          .from = options.latency_from,
          .histogram = options.histogram,
          .utf8 = cli::prints_utf8(),
          .color = to_stdout && cli::wants_color(STDOUT_FILENO, options.color)};
}

}  // namespace commands
