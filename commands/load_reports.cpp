#include "commands/load_reports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "commands/load_conditions.h"
#include "commands/load_json.h"
#include "commands/load_page.h"
#include "commands/load_report.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

LoadFormat format_of(const LoadOptions& options) {
  return options.json ? LoadFormat::json : options.format;
}

std::string file_or_stdout(const std::string& output) {
  return output.empty() ? "-" : output;
}

// At most one of those that write may have standard output.
void check_files(const LoadOptions& options) {
  std::vector<std::string_view> there;
  if (file_or_stdout(options.output) == "-") there.emplace_back("the report");
  if (options.timeline == "-") there.emplace_back("--timeline");
  if (options.hdr == "-") there.emplace_back("--hdr");
  if (there.size() < 2) return;
  throw cli::UsageError(
      fmt::format("{} and {} cannot both go to standard output", there[0], there[1]),
      "-o FILE is where the report goes");
}

std::vector<Condition> fail_conditions_of(const LoadOptions& options) {
  std::vector<Condition> all;
  for (const std::string& text : options.fail_if) {
    for (Condition& one : parse_load_conditions(text, "--fail-if")) all.push_back(std::move(one));
  }
  return all;
}

std::vector<Condition> rate_conditions_of(const LoadOptions& options) {
  if (options.find_rate.empty()) return {};
  return parse_load_conditions(options.find_rate, "--find-rate");
}

}  // namespace

void check_load_reports(const LoadOptions& options) {
  const LoadFormat format = format_of(options);
  if (options.json && options.format != LoadFormat::text && options.format != LoadFormat::json) {
    throw cli::UsageError("--json and another --format contradict each other");
  }
  if (options.regress && options.compare.empty()) {
    throw cli::UsageError("--regress needs --compare FILE: worse than which run?");
  }
  if (options.histogram && format != LoadFormat::text) {
    throw cli::UsageError("--histogram is for --format text");
  }
  if (options.mode == LoadMode::stream && (format == LoadFormat::hgrm || !options.hdr.empty())) {
    throw cli::UsageError("--mode stream has no latencies for --format hgrm and --hdr");
  }
  check_files(options);
  (void)load_view(options);
  (void)fail_conditions_of(options);
  (void)rate_conditions_of(options);
}

LoadReports::LoadReports(const LoadOptions& options)
    : options_(options), format_(format_of(options)) {
  check_load_reports(options);
  view_ = load_view(options);
  fail_if_ = fail_conditions_of(options);
  find_rate_ = rate_conditions_of(options);
  if (!options.compare.empty()) base_ = LoadBase::read(options.compare);
}

void LoadReports::open() {
  output_.emplace(file_or_stdout(options_.output));
  if (!options_.timeline.empty()) timeline_file_.emplace(options_.timeline);
  if (!options_.hdr.empty()) hdr_file_.emplace(options_.hdr);
}

void LoadReports::begin(std::chrono::system_clock::time_point began) {
  if (timeline_file_) timeline_.emplace(std::move(*timeline_file_), began);
  if (hdr_file_) hdr_.emplace(std::move(*hdr_file_), began);
}

void LoadReports::second(const LoadSecond& second) {
  if (timeline_) timeline_->add(second);
  if (hdr_) hdr_->add(second);
}

std::string LoadReports::interim(const LoadResults& results) const {
  LoadView plain = view_;
  plain.color = false;
  return load_report(results, plain, verdict_on(results));
}

std::string LoadReports::against(const LoadResults& results) const {
  return first_untrue_condition(find_rate_, results, view_);
}

bool LoadReports::finish(const LoadResults& results) {
  const LoadVerdict verdict = verdict_on(results);
  if (!is_hidden()) {
    output_->write(render(results, verdict));
  }
  // Whoever does not read the report has to be told why the status is not 0.
  const bool is_read = format_ == LoadFormat::text && file_or_stdout(options_.output) == "-";
  if (!verdict.passed() && (!is_read || is_hidden()) && options_.quiet.times < 2) {
    std::string lines;
    for (const std::string& text : verdict.failed) {
      lines += fmt::format("gnet load: {}\n", gnet::printable(text));
    }
    if (verdict.comparison) {
      for (const std::string& text : verdict.comparison->regressions()) {
        lines += fmt::format("gnet load: {}\n", gnet::printable(text));
      }
    }
    cli::write_all(STDERR_FILENO, lines);
  }
  return verdict.passed();
}

LoadVerdict LoadReports::verdict_on(const LoadResults& results) const {
  LoadVerdict verdict{.failed = true_conditions(fail_if_, results, view_),
                      .comparison = std::nullopt,
                      .find_rate = options_.find_rate};
  if (base_) {
    verdict.comparison =
        compare(results, view_, *base_,
                options_.regress ? std::optional(options_.regress->share) : std::nullopt);
  }
  return verdict;
}

std::string LoadReports::render(const LoadResults& results, const LoadVerdict& verdict) const {
  switch (format_) {
    case LoadFormat::text:
      return load_report(results, view_, verdict);
    case LoadFormat::json:
      return load_document(results, view_, verdict).text() + "\n";
    case LoadFormat::csv:
      return load_csv(results);
    case LoadFormat::hgrm:
      return hgrm(view_.leading(results.total));
    case LoadFormat::html:
      return load_page(results, view_, verdict);
  }
  return {};
}

// -q leaves out what is for people, and -qq everything, unless it is for a file.
bool LoadReports::is_hidden() const noexcept {
  if (file_or_stdout(options_.output) != "-") return false;
  return options_.quiet.times >= (format_ == LoadFormat::text ? 1U : 2U);
}

}  // namespace commands
