#include "commands/dns_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "commands/echo_report.h"

namespace commands {

void DnsReport::take(DnsOutcome outcome) {
  const std::size_t number = outcome.question.number;
  waiting_.emplace(number, std::move(outcome));
  while (!waiting_.empty() && waiting_.begin()->first == next_) {
    tell(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    ++next_;
    room_.release();
  }
  // All at once: a system call for each would take as long as the question.
  if (!text_.empty()) cli::print(std::exchange(text_, {}));
}

void DnsReport::tell(const DnsOutcome& outcome) {
  ++statuses_[outcome.status()];
  if (outcome.has_answer()) ++good_;
  if (outcome.message) {
    ++answered_;
    times_->record(outcome.time);
  }
  if (outcome.failure && !first_failure_) first_failure_ = outcome.failure->code();
  if (repeats()) return tell_again(outcome);
  if (options_.json) {
    std::ranges::move(json_answers(outcome), std::back_inserter(answers_));
    questions_.push_back(json_of(outcome).text());
    return;
  }
  if (options_.quiet.times < 2) text_ += text_of(outcome, options_);
  if (outcome.failure) tell_failure(outcome);
}

void DnsReport::tell_failure(const DnsOutcome& outcome) const {
  const cli::Failure& failure = *outcome.failure;
  if (options_.quiet.times > 1) return;
  // What has an answer says itself what it is about.
  const std::string title = outcome.message ? "" : title_of(outcome.question) + ": ";
  cli::report(
      {failure.code(), title + failure.what(), failure.hint(), failure.endpoint(), failure.cause()},
      "dns", false, options_.verbose.times > 1);
}

void DnsReport::tell_again(const DnsOutcome& outcome) const {
  if (options_.quiet.times > 0) return;
  if (!options_.json) return cli::print(line_of(outcome));
  cli::print_line(
      cli::event("answer")
          .add("seq", outcome.question.number + 1)
          .merge(json_of(outcome))
          .raw("answers", "[" + fmt::format("{}", fmt::join(json_answers(outcome), ",")) + "]")
          .text());
}

void DnsReport::tell_summary(bool over) {
  if (options_.json) {
    if (repeats()) {
      if (options_.quiet.times == 0) cli::print_line(json_totals());
    } else if (over) {
      cli::print_line(json_document(answers_, questions_));
    } else {
      cli::write_all(STDERR_FILENO, json_totals() + "\n");
    }
    return;
  }
  if (!over) {
    cli::write_all(STDERR_FILENO, totals());
  } else if (options_.quiet.times < 2 && (repeats() || (options_.stats && next_ > 1))) {
    cli::print(repeats() ? totals() : "; " + totals());
  }
}

std::string DnsReport::totals() const {
  std::vector<std::string> parts;
  for (const auto& [status, count] : statuses_)
    parts.push_back(fmt::format("{} {}", count, status));
  const gnet::Duration took = gnet::Clock::now() - began_;
  std::string text = fmt::format("{} in {}", cli::plural(next_, "question"), rtt_text(took));
  if (next_ > 0) {
    text +=
        fmt::format(", {:.0f}/s: {}", static_cast<double>(next_) * 1e6 / cli::microseconds(took),
                    fmt::join(parts, ", "));
  }
  if (answered_ > 0) {
    text += fmt::format("; min {}, p50 {}, p99 {}, max {}", rtt_text(times_->min()),
                        rtt_text(times_->percentile(0.5)), rtt_text(times_->percentile(0.99)),
                        rtt_text(times_->max()));
  }
  return text + "\n";
}

std::string DnsReport::json_totals() const {
  cli::JsonObject statuses;
  for (const auto& [status, count] : statuses_) statuses.add(status, count);
  cli::JsonObject summary = cli::event("summary");
  summary.add("questions", next_).add("answered", answered_).add("statuses", statuses);
  summary.add("time_us", cli::microseconds(gnet::Clock::now() - began_));
  if (answered_ > 0) {
    summary.add("min_us", cli::microseconds(times_->min()))
        .add("p50_us", cli::microseconds(times_->percentile(0.5)))
        .add("p99_us", cli::microseconds(times_->percentile(0.99)))
        .add("max_us", cli::microseconds(times_->max()));
  }
  return summary.text();
}

cli::Exit DnsReport::status() const {
  const bool one_is_enough = repeats() || options_.all;
  if (one_is_enough && good_ > 0) return cli::Exit::ok;
  if (first_failure_) return *first_failure_;
  return good_ > 0 ? cli::Exit::ok : cli::Exit::negative;
}

}  // namespace commands
