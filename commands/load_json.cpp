#include "commands/load_json.h"

#include <algorithm>
#include <array>
#include <variant>

#include "cli/control/reply.h"
#include "commands/load_text.h"

namespace commands {
namespace {

double seconds_in(gnet::Duration time) {
  return std::chrono::duration<double>(time).count();
}

// "p99_9", of which jq and SQL need no quotes.
std::string key_of(std::string name) {
  std::ranges::replace(name, '.', '_');
  return name;
}

// Those that are always there, and the others that are asked for.
std::vector<LoadPercentile> percentiles_of(const LoadView& view) {
  std::vector<LoadPercentile> all = parse_percentiles("50,75,90,95,99,99.9,99.99");
  for (const LoadPercentile& one : view.percentiles) {
    const auto same = [&](const LoadPercentile& known) { return known.name == one.name; };
    if (one.name != "max" && std::ranges::none_of(all, same)) all.push_back(one);
  }
  std::ranges::stable_sort(all, {}, &LoadPercentile::share);
  return all;
}

template <typename Histogram>
void add_times(cli::JsonObject& object, std::string_view key, const Histogram& times,
               const LoadView& view) {
  if (times.count() == 0) return;
  cli::JsonObject figures;
  figures.add("min", cli::microseconds(times.min())).add("mean", cli::microseconds(times.mean()));
  for (const LoadPercentile& one : percentiles_of(view)) {
    figures.add(key_of(one.name), cli::microseconds(times.percentile(one.share)));
  }
  figures.add("max", cli::microseconds(times.max()));
  object.add(key, figures);
}

cli::JsonObject requests_of(const LoadResults& results) {
  cli::JsonObject object;
  object.add("sent", results.total.started)
      .add("answers", results.total.answers)
      .add("errors", results.total.failures())
      .add("dropped", results.total.dropped)
      .add("unanswered", results.unanswered);
  return object;
}

cli::JsonObject statuses_of(const LoadTally& tally) {
  cli::JsonObject object;
  for (const auto& [status, count] : tally.statuses) object.add(std::to_string(status), count);
  return object;
}

cli::JsonObject errors_of(const LoadTally& tally) {
  cli::JsonObject classes;
  for (std::size_t i = 0; i < kLoadErrors; ++i) {
    if (tally.errors[i] != 0) classes.add(name_of(static_cast<LoadError>(i)), tally.errors[i]);
  }
  std::vector<cli::JsonObject> texts;
  for (const auto& [text, count] : tally.texts) {
    texts.push_back(cli::JsonObject().add("text", text).add("count", count));
  }
  cli::JsonObject object;
  object.add("share", error_share(tally))
      .add("classes", classes)
      .raw("texts", cli::json_list(texts));
  return object;
}

cli::JsonObject byte_figures_of(const LoadResults& results) {
  cli::JsonObject object;
  object.add("received", results.total.received)
      .add("sent", results.total.sent)
      .add("received_per_s", each_second(results.received_in_time, results.elapsed))
      .add("sent_per_s", each_second(results.sent_in_time, results.elapsed));
  return object;
}

cli::JsonObject search_of(const LoadResults& results, const std::string& condition) {
  std::vector<cli::JsonObject> tries;
  for (const LoadResults::Search& one : results.search) {
    tries.push_back(cli::JsonObject()
                        .add("rate_per_s", one.rate)
                        .add("achieved_per_s", one.achieved)
                        .add("p99_us", cli::microseconds(one.p99))
                        .add("passed", one.passed));
    if (!one.passed) tries.back().add("reason", one.reason);
  }
  cli::JsonObject object;
  object.add("condition", condition)
      .add("found_per_s", results.found_rate)
      .raw("tries", cli::json_list(tries));
  return object;
}

cli::JsonObject comparison_of(const LoadComparison& comparison) {
  static constexpr std::array kUnits{"per_s", "bytes_per_s", "us", "share"};
  std::vector<cli::JsonObject> changes;
  for (const LoadChange& one : comparison.changes) {
    cli::JsonObject object;
    object.add("figure", one.name).add("unit", kUnits[static_cast<std::size_t>(one.unit)]);
    if (one.before) object.add("before", *one.before);
    if (one.now) object.add("now", *one.now);
    if (const auto by = one.change()) object.add("change", *by);
    changes.push_back(object.add("worse", one.worse));
  }
  cli::JsonObject object;
  object.add("file", comparison.file);
  if (comparison.allowed) object.add("allowed", *comparison.allowed);
  object.raw("changes", cli::json_list(changes)).add("notes", comparison.notes);
  return object;
}

void add_verdict(cli::JsonObject& object, const LoadResults& results, const LoadVerdict& verdict) {
  if (!verdict.find_rate.empty()) object.add("search", search_of(results, verdict.find_rate));
  if (verdict.comparison) object.add("comparison", comparison_of(*verdict.comparison));
  object.add("failed", verdict.failed);
}

// The figures of a second, in order.
using Figure = std::variant<bool, std::uint64_t, double>;
std::vector<std::pair<std::string_view, Figure>> figures_of(const LoadSecond& second) {
  return {{"at_s", seconds_in(second.at)},
          {"took_s", seconds_in(second.took)},
          {"warmup", second.warmup},
          {"answers", second.answers},
          {"errors", second.failures},
          {"dropped", second.dropped},
          {"received_bytes", second.received},
          {"sent_bytes", second.sent},
          {"in_flight", second.in_flight},
          {"connections", second.connections},
          {"rate_per_s", each_second(second.answers, second.took)},
          {"intended_rate_per_s", second.intended_rate},
          {"p50_us", cli::microseconds(second.p50)},
          {"p99_us", cli::microseconds(second.p99)},
          {"max_us", cli::microseconds(second.max)}};
}

std::string cell(const Figure& figure) {
  if (const auto* const number = std::get_if<double>(&figure)) return cli::number_text(*number);
  if (const auto* const flag = std::get_if<bool>(&figure)) return *flag ? "1" : "0";
  return std::to_string(std::get<std::uint64_t>(figure));
}

}  // namespace

cli::JsonObject load_second(const LoadSecond& second) {
  cli::JsonObject object;
  for (const auto& [name, figure] : figures_of(second)) {
    std::visit([&, key = name](auto value) { object.add(key, value); }, figure);
  }
  return object;
}

std::string load_csv(const LoadResults& results) {
  std::string text;
  for (const auto& [name, figure] : figures_of({})) {
    text += (text.empty() ? "" : ",") + std::string(name);
  }
  for (const LoadSecond& second : results.seconds) {
    text += '\n';
    for (const auto& [name, figure] : figures_of(second)) text += cell(figure) + ",";
    text.pop_back();
  }
  return text + "\n";
}

cli::JsonObject load_document(const LoadResults& results, const LoadView& view,
                              const LoadVerdict& verdict) {
  cli::JsonObject object;
  object.add("document", kLoadDocument)
      .add("version", kLoadVersion)
      .add("targets", results.targets)
      .add("began", cli::utc_timestamp(results.began))
      .add("loop", results.open_loop ? "open" : "closed")
      .add("mode", results.stream ? "stream" : "message")
      .add("partial", results.interrupted || results.failed)
      .add("elapsed_s", seconds_in(results.elapsed))
      .add("warmup_s", seconds_in(results.warmup))
      .add("threads", results.threads)
      .add("connections", cli::JsonObject()
                              .add("asked", results.connections)
                              .add("open", results.connected)
                              .add("opened", results.total.opened))
      .add("requests", requests_of(results))
      .add("rate_per_s", results.rate());
  if (results.open_loop) object.add("intended_rate_per_s", results.intended_rate);
  object.add("statuses", statuses_of(results.total))
      .add("errors", errors_of(results.total))
      .add("bytes", byte_figures_of(results))
      .add("latency_from", name_of(view.from));
  add_times(object, "latency_us", view.leading(results.total), view);
  if (results.open_loop) {
    const bool sent = view.from == LatencyFrom::sent;
    add_times(object, sent ? "corrected_us" : "uncorrected_us", view.other(results.total), view);
  }
  add_times(object, "connect_us", results.total.connect, view);
  add_times(object, "tls_us", results.total.tls, view);
  add_times(object, "first_byte_us", results.total.first_byte, view);
  if (results.open_loop) add_times(object, "send_delay_us", results.total.delay, view);
  cli::JsonObject client;
  client.add("cpu_share", results.cpu_share);
  if (!results.bottleneck.empty()) client.add("bottleneck", results.bottleneck);
  object.add("client", client);
  add_verdict(object, results, verdict);
  std::vector<cli::JsonObject> seconds;
  for (const LoadSecond& second : results.seconds) seconds.push_back(load_second(second));
  return object.raw("seconds", cli::json_list(seconds));
}

}  // namespace commands
