#include "commands/load_sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/out/plural.h"
#include "commands/load_text.h"
#include "gnet/base/size.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

constexpr std::size_t kMostErrorTexts = 10;

std::string elapsed_text(const LoadResults& results) {
  std::string text = time_text(results.elapsed);
  if (results.interrupted || results.failed) {
    text += results.failed ? " (partial)" : " (partial: interrupted)";
  }
  if (results.only_warmup) {
    text += ", all of it warm-up";
  } else if (results.warmup > gnet::Duration::zero()) {
    text += fmt::format(", after {} of warm-up", time_text(results.warmup));
  }
  return text + ", " + cli::plural(results.threads, "thread");
}

std::string connections_text(const LoadResults& results) {
  std::string text = fmt::format("{} open of {} asked for", count_text(results.connected),
                                 count_text(results.connections));
  if (results.total.opened > results.connected) {
    text += fmt::format(", {} opened in all", count_text(results.total.opened));
  }
  return text;
}

std::string requests_text(const LoadResults& results) {
  std::string text =
      fmt::format("{} answered, {}", count_text(results.total.answers), rate_text(results.rate()));
  if (results.open_loop) text += fmt::format(" of {} intended", rate_text(results.intended_rate));
  return text;
}

std::string unanswered_text(const LoadResults& results) {
  const LoadTally& total = results.total;
  std::string text = count_text(total.failures(), "error");
  if (total.failures() > 0) text += fmt::format(" ({})", share_text(error_share(total)));
  if (results.open_loop || total.dropped > 0) {
    text += fmt::format(", {} dropped", count_text(total.dropped));
    if (total.dropped > 0) {
      text += fmt::format(" ({} of those due)",
                          share_text(static_cast<double>(total.dropped) /
                                     static_cast<double>(total.dropped + total.started)));
    }
  }
  if (results.unanswered > 0) {
    text += fmt::format(", {} on their way at the end", count_text(results.unanswered));
  }
  return text;
}

std::string statuses_text(const LoadTally& total) {
  std::string classes;
  std::string each;
  for (int hundreds = 1; hundreds <= 9; ++hundreds) {
    const std::uint64_t count = total.with_status(hundreds);
    if (count == 0) continue;
    classes += fmt::format("{}{}xx {}", classes.empty() ? "" : ", ", hundreds, count_text(count));
  }
  for (const auto& [status, count] : total.statuses) {
    each += fmt::format("{}{} x {}", each.empty() ? "" : ", ", status, count_text(count));
  }
  return classes + ": " + each;
}

std::string bytes_text(std::uint64_t bytes, std::uint64_t in_time, gnet::Duration time) {
  return fmt::format("{}, {}", gnet::format_size(bytes),
                     byte_rate_text(each_second(in_time, time)));
}

// ---- tables ----

LoadTable latency_table(const LoadResults& results, const LoadView& view) {
  const gnet::FineHistogram& leading = view.leading(results.total);
  LoadTable table{.title = "latency", .heads = {""}, .rows = {}};
  if (leading.count() == 0) return table;
  std::vector<const gnet::FineHistogram*> columns{&leading};
  if (results.open_loop) {
    std::vector<std::string> heads{"corrected\nsince it was due", "uncorrected\nsince it was sent"};
    if (view.from == LatencyFrom::sent) std::swap(heads[0], heads[1]);
    table.heads.insert(table.heads.end(), heads.begin(), heads.end());
    columns.push_back(&view.other(results.total));
  } else {
    table.heads.emplace_back("since it was sent");
  }
  const auto add = [&](const std::string& name, auto figure) {
    std::vector<std::string> row{name};
    for (const gnet::FineHistogram* column : columns) row.push_back(time_text(figure(*column)));
    table.rows.push_back(std::move(row));
  };
  add("min", [](const gnet::FineHistogram& times) { return times.min(); });
  add("mean", [](const gnet::FineHistogram& times) { return times.mean(); });
  for (const LoadPercentile& one : view.percentiles) {
    add(one.name, [&](const gnet::FineHistogram& times) { return times.percentile(one.share); });
  }
  return table;
}

LoadTable phase_table(const LoadResults& results) {
  LoadTable table{.title = "phases", .heads = {"", "min", "mean", "p50", "p99", "max"}, .rows = {}};
  const auto add = [&](const char* name, const gnet::Histogram& times) {
    if (times.count() == 0) return;
    table.rows.push_back({name, time_text(times.min()), time_text(times.mean()),
                          time_text(times.percentile(0.5)), time_text(times.percentile(0.99)),
                          time_text(times.max())});
  };
  add("connect", results.total.connect);
  add("tls", results.total.tls);
  if (!results.stream) add("first byte", results.total.first_byte);
  if (results.open_loop) add("sent late by", results.total.delay);
  return table;
}

// The most frequent first.
LoadTable error_table(const LoadTally& total) {
  LoadTable table{.title = "errors", .heads = {"", ""}, .rows = {}, .words = 0, .reasons = true};
  std::vector<std::pair<std::string, std::uint64_t>> texts(total.texts.begin(), total.texts.end());
  std::ranges::stable_sort(texts, std::ranges::greater(),
                           &std::pair<std::string, std::uint64_t>::second);
  std::uint64_t told = 0;
  for (const auto& [text, count] : texts) {
    if (table.rows.size() == kMostErrorTexts) break;
    table.rows.push_back({count_text(count), gnet::printable(text)});
    told += count;
  }
  if (total.failures() > told && !table.rows.empty()) {
    table.rows.push_back({count_text(total.failures() - told), "others"});
  }
  return table;
}

LoadTable search_table(const LoadResults& results, const LoadVerdict& verdict) {
  LoadTable table{.title = "rates tried for " + verdict.find_rate,
                  .heads = {"tried", "achieved", "p99", ""},
                  .rows = {},
                  .words = 0,
                  .reasons = true};
  for (const LoadResults::Search& one : results.search) {
    table.rows.push_back({rate_text(one.rate), rate_text(one.achieved), time_text(one.p99),
                          one.passed ? "passed" : one.reason});
  }
  return table;
}

LoadTable change_table(const LoadVerdict& verdict) {
  LoadTable table{.title = "compared with ",
                  .heads = {"", "before", "now", "change", ""},
                  .rows = {},
                  .reasons = true};
  if (!verdict.comparison) return table;
  table.title += gnet::printable(verdict.comparison->file);
  for (const LoadChange& one : verdict.comparison->changes) {
    table.rows.push_back(
        {one.name, one.before_text(), one.now_text(), one.change_text(), one.worse ? "worse" : ""});
  }
  return table;
}

}  // namespace

std::vector<LoadFact> load_facts(const LoadResults& results, const LoadVerdict& verdict) {
  const LoadTally& total = results.total;
  std::vector<LoadFact> facts{{"elapsed", elapsed_text(results)},
                              {"connections", connections_text(results)}};
  if (!results.stream) facts.push_back({"requests", requests_text(results)});
  facts.push_back({results.stream ? "errors" : "not answered", unanswered_text(results)});
  if (!total.statuses.empty()) facts.push_back({"status", statuses_text(total)});
  std::string classes;
  for (std::size_t i = 0; i < kLoadErrors; ++i) {
    if (total.errors[i] == 0) continue;
    classes += fmt::format("{}{} {}", classes.empty() ? "" : ", ",
                           name_of(static_cast<LoadError>(i)), count_text(total.errors[i]));
  }
  if (!classes.empty()) facts.push_back({"errors", classes});
  facts.push_back(
      {"received", bytes_text(total.received, results.received_in_time, results.elapsed)});
  facts.push_back({"sent", bytes_text(total.sent, results.sent_in_time, results.elapsed)});
  facts.push_back({"cpu", fmt::format("{} of {} for the generator", share_text(results.cpu_share),
                                      cli::plural(results.threads, "core"))});
  if (!verdict.find_rate.empty()) {
    facts.push_back({"highest rate", results.found_rate > 0
                                         ? fmt::format("{} with {}", rate_text(results.found_rate),
                                                       verdict.find_rate)
                                         : "none had " + verdict.find_rate});
  }
  return facts;
}

std::vector<LoadTable> load_tables(const LoadResults& results, const LoadView& view,
                                   const LoadVerdict& verdict) {
  std::vector<LoadTable> tables;
  if (!results.stream) tables.push_back(latency_table(results, view));
  tables.push_back(phase_table(results));
  tables.push_back(error_table(results.total));
  tables.push_back(search_table(results, verdict));
  tables.push_back(change_table(verdict));
  std::erase_if(tables, [](const LoadTable& table) { return table.rows.empty(); });
  return tables;
}

std::vector<LoadNote> load_notes(const LoadResults& results, const LoadVerdict& verdict) {
  std::vector<LoadNote> notes;
  if (!results.open_loop && !results.stream) {
    notes.push_back({LoadTone::note, "closed loop, queueing time is not included (use -R)"});
  }
  if (results.failed) {
    notes.push_back({LoadTone::note, "partial: the run could not go on"});
  } else if (results.interrupted) {
    notes.push_back({LoadTone::note, "partial: the run was interrupted"});
  }
  if (verdict.comparison) {
    for (const std::string& text : verdict.comparison->notes) {
      notes.push_back({LoadTone::note, "compared with another kind of run: " + text});
    }
  }
  if (results.connected < results.connections) {
    notes.push_back(
        {LoadTone::warning,
         fmt::format("only {} of {} were open at the same time", count_text(results.connected),
                     count_text(results.connections, "connection"))});
  }
  if (!results.bottleneck.empty()) {
    notes.push_back(
        {LoadTone::warning, "the generator itself may be the limit: " + results.bottleneck});
  }
  for (const std::string& text : verdict.failed) {
    notes.push_back({LoadTone::failure, "--fail-if: " + text});
  }
  if (verdict.comparison) {
    for (const std::string& text : verdict.comparison->regressions()) {
      notes.push_back({LoadTone::failure, "--regress: " + text});
    }
  }
  return notes;
}

}  // namespace commands
