#include "commands/load_compare.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/line/json_document.h"
#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "commands/load_json.h"
#include "commands/load_text.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

[[noreturn]] void not_a_run(const std::string& file, const std::string& why) {
  throw cli::UsageError(fmt::format("--compare: {} {}", gnet::printable(file), why),
                        "it takes what 'gnet load --json' has written");
}

double needed(const cli::JsonDocument& document, const std::string& file,
              cli::JsonDocument::Keys keys) {
  if (const auto number = document.number(keys)) return *number;
  std::string name;
  for (const std::string_view key : keys) name += (name.empty() ? "" : ".") + std::string(key);
  not_a_run(file, "has no number '" + name + "'");
}

std::string target_text(const std::vector<std::string>& targets) {
  std::string text = gnet::printable(targets.empty() ? std::string() : targets[0]);
  if (targets.size() > 1) text += fmt::format(" and {} more", targets.size() - 1);
  return text;
}

bool got_worse(const LoadChange& change, double allowed) {
  if (!change.before) return false;
  if (!change.now) return true;
  const bool less_is_worse = change.unit == LoadChange::Unit::each_second ||
                             change.unit == LoadChange::Unit::bytes_each_second;
  return less_is_worse ? *change.now < *change.before * (1 - allowed)
                       : *change.now > *change.before * (1 + allowed);
}

std::string figure_text(std::optional<double> value, LoadChange::Unit unit) {
  if (!value) return "none";
  switch (unit) {
    case LoadChange::Unit::each_second:
      return rate_text(*value);
    case LoadChange::Unit::bytes_each_second:
      return byte_rate_text(*value);
    case LoadChange::Unit::microseconds:
      return time_text(std::chrono::duration<double, std::micro>(*value));
    case LoadChange::Unit::share:
      return share_text(*value);
  }
  return {};
}

void compare_answers(const LoadResults& results, const LoadView& view, const LoadBase& base,
                     std::vector<LoadChange>& changes) {
  const gnet::FineHistogram& latency = view.leading(results.total);
  const auto percentile = [&](double share) -> std::optional<double> {
    if (latency.count() == 0) return std::nullopt;
    return std::chrono::duration<double, std::micro>(latency.percentile(share)).count();
  };
  changes.push_back({.name = "rate", .before = base.rate, .now = results.rate()});
  changes.push_back({.name = "p50",
                     .unit = LoadChange::Unit::microseconds,
                     .before = base.p50,
                     .now = percentile(0.5)});
  changes.push_back({.name = "p90",
                     .unit = LoadChange::Unit::microseconds,
                     .before = base.p90,
                     .now = percentile(0.9)});
  changes.push_back({.name = "p99",
                     .unit = LoadChange::Unit::microseconds,
                     .before = base.p99,
                     .now = percentile(0.99)});
}

std::vector<std::string> differences(const LoadResults& results, const LoadView& view,
                                     const LoadBase& base) {
  std::vector<std::string> notes;
  if (!base.targets.empty() && base.targets != results.targets) {
    notes.push_back(fmt::format("that was of {} and this is of {}", target_text(base.targets),
                                target_text(results.targets)));
  }
  const auto loop = [](bool open) { return open ? "an open loop" : "a closed loop"; };
  if (base.open_loop != results.open_loop) {
    notes.push_back(
        fmt::format("that was {} and this is {}", loop(base.open_loop), loop(results.open_loop)));
  } else if (std::fabs(base.intended_rate - results.intended_rate) > base.intended_rate * 0.01) {
    notes.push_back(fmt::format("that was to send {} and this {}", rate_text(base.intended_rate),
                                rate_text(results.intended_rate)));
  }
  if (base.stream != results.stream) notes.emplace_back("only one of them is of --mode stream");
  if (base.latency_from != name_of(view.from)) {
    notes.push_back(fmt::format("latency was counted from '{}' and now is from '{}'",
                                gnet::printable(base.latency_from), name_of(view.from)));
  }
  if (base.connections != static_cast<double>(results.connections)) {
    notes.push_back(fmt::format("that had {:.0f} connections and this has {}", base.connections,
                                results.connections));
  }
  return notes;
}

}  // namespace

LoadBase LoadBase::read(const std::string& file) {
  const std::string content = cli::read_file(file);
  if (content.find_first_not_of(" \t\r\n") == content.npos) not_a_run(file, "is empty");
  const cli::JsonDocument document(file, content);
  if (document.text({"document"}).value_or("") != kLoadDocument) {
    not_a_run(file, "is no report of a run");
  }
  const double version = needed(document, file, {"version"});
  if (version != kLoadVersion) {
    not_a_run(file, fmt::format("is of version {:g}, and this gnet knows version {}", version,
                                kLoadVersion));
  }
  const auto number = [&](cli::JsonDocument::Keys keys) { return needed(document, file, keys); };
  return {.file = file,
          .targets = document.texts({"targets"}),
          .open_loop = document.text({"loop"}).value_or("") == "open",
          .stream = document.text({"mode"}).value_or("") == "stream",
          .latency_from = document.text({"latency_from"}).value_or(""),
          .intended_rate = document.number({"intended_rate_per_s"}).value_or(0),
          .connections = number({"connections", "asked"}),
          .rate = number({"rate_per_s"}),
          .throughput = number({"bytes", "received_per_s"}) + number({"bytes", "sent_per_s"}),
          .errors = number({"errors", "share"}),
          .p50 = document.number({"latency_us", "p50"}),
          .p90 = document.number({"latency_us", "p90"}),
          .p99 = document.number({"latency_us", "p99"})};
}

std::optional<double> LoadChange::change() const noexcept {
  if (!before || !now || *before == 0) return std::nullopt;
  return *now / *before - 1;
}

std::string LoadChange::before_text() const {
  return figure_text(before, unit);
}

std::string LoadChange::now_text() const {
  return figure_text(now, unit);
}

std::string LoadChange::change_text() const {
  const auto by = change();
  if (by) return fmt::format("{:+.1f}%", *by * 100);
  if (before && !now) return "gone";
  return before == now ? "same" : "new";
}

std::vector<std::string> LoadComparison::regressions() const {
  std::vector<std::string> texts;
  for (const LoadChange& one : changes) {
    if (!one.worse) continue;
    texts.push_back(
        fmt::format("{} was {} and is {}", one.name, one.before_text(), one.now_text()));
    if (const auto by = one.change()) {
      texts.back() += fmt::format(": {}, more than {}", one.change_text(), share_text(*allowed));
    }
  }
  return texts;
}

LoadComparison compare(const LoadResults& results, const LoadView& view, const LoadBase& base,
                       std::optional<double> allowed) {
  LoadComparison comparison{.file = base.file,
                            .allowed = allowed,
                            .changes = {},
                            .notes = differences(results, view, base)};
  if (results.stream) {
    comparison.changes.push_back({.name = "throughput",
                                  .unit = LoadChange::Unit::bytes_each_second,
                                  .before = base.throughput,
                                  .now = throughput(results)});
  } else {
    compare_answers(results, view, base, comparison.changes);
  }
  comparison.changes.push_back({.name = "errors",
                                .unit = LoadChange::Unit::share,
                                .before = base.errors,
                                .now = error_share(results.total)});
  for (LoadChange& one : comparison.changes) one.worse = allowed && got_worse(one, *allowed);
  return comparison;
}

}  // namespace commands
