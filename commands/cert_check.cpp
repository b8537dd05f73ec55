// gnet cert check: whether certificates are good, and for how long.

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/run_client.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "commands/cert_operations.h"
#include "commands/cert_target.h"
#include "commands/cert_text.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/semaphore.h"

namespace commands {
namespace {

constexpr int kAtATime = 64;

struct CertResult {
  std::string name;
  cli::Exit code = cli::Exit::timeout;  // until it is known
  std::vector<std::string> problems = {};
  std::optional<gnet::Certificate> certificate = {};
  std::string hint = {};

  [[nodiscard]] bool known() const noexcept { return code != cli::Exit::timeout; }
};

// Of the certificates that count, which are those up to what is believed in itself.
void note_early_ends(CertResult& result, const gnet::TrustVerdict& verdict, std::uint64_t days) {
  const auto now = cert_now();
  const std::size_t count = std::max<std::size_t>(verdict.path.size() - verdict.anchors, 1);
  for (std::size_t i = 0; i < count && i < verdict.path.size(); ++i) {
    const gnet::Certificate& one = verdict.path[i];
    const std::int64_t left = days_until(one.not_after(), now);
    // What has expired is a problem already.
    if (left < 0 || static_cast<std::uint64_t>(left) >= days) continue;
    const std::string when =
        left == 0 ? "within a day" : "in " + cli::plural(static_cast<std::uint64_t>(left), "day");
    result.problems.push_back(i == 0 ? "it expires " + when
                                     : fmt::format("{} expires {}", one.subject(), when));
  }
}

void look(CertResult& result, const CertTarget& target, const CertOptions& options) {
  const CertSight sight = look_at(target, options);
  if (sight.chain.empty()) {
    throw cli::Failure(cli::Exit::io, target.name + ": it has a private key, and no certificate");
  }
  result.certificate = sight.chain.front();
  const gnet::TrustVerdict verdict = judge(sight, target, options);
  result.problems = verdict.problems;
  note_early_ends(result, verdict, options.days.number);
  result.code = result.problems.empty() ? cli::Exit::ok : cli::Exit::negative;
}

void judge_one(CertResult& result, const CertTarget& target, const CertOptions& options) {
  try {
    look(result, target, options);
  } catch (const cli::Failure& failure) {
    result.code = failure.code();
    result.problems = {failure.what()};
    result.hint = failure.hint();
  } catch (const std::exception& error) {
    result.code = cli::Exit::tls;
    result.problems = {error.what()};
  }
}

std::string result_line(const CertResult& result) {
  std::string text = result.code == cli::Exit::ok ? "ok     " : "not ok ";
  text += gnet::printable(result.name) + ": ";
  if (!result.known()) return text + "no answer in time";
  if (result.code == cli::Exit::ok) {
    return text + life_text(*result.certificate, cert_now()) + ", until " +
           date_text(result.certificate->not_after());
  }
  for (std::size_t i = 0; i < result.problems.size(); ++i) {
    text += (i == 0 ? "" : "; ") + gnet::printable(result.problems[i]);
  }
  if (!result.hint.empty()) text += fmt::format(" ({})", gnet::printable(result.hint));
  return text;
}

cli::JsonObject result_json(const CertResult& result) {
  cli::JsonObject json;
  json.add("target", result.name)
      .add("ok", result.code == cli::Exit::ok)
      .add("code", static_cast<int>(result.code))
      .add("problems", result.problems);
  if (!result.certificate) return json;
  return json.add("subject", result.certificate->subject())
      .add("not_after", json_date(result.certificate->not_after()))
      .add("days_left", days_until(result.certificate->not_after(), cert_now()))
      .add("sha256", result.certificate->fingerprint());
}

class CertCheck {
 public:
  explicit CertCheck(const CertOptions& options)
      : options_(options), targets_(cert_targets(options)) {
    for (const CertTarget& target : targets_) results_.push_back({.name = target.name});
  }

  cli::Exit run() {
    if (std::ranges::any_of(targets_, [](const auto& one) { return one.endpoint.has_value(); })) {
      warn_if_insecure(options_);
    }
    cli::ClientOptions life = options_.to;
    life.timeout = {};  // what it ends is told with the target, and counts as others do
    return cli::run_client(
        life, {.work = [this] { return look_at_all(); }, .summary = [this] { tell(); }});
  }

 private:
  cli::Exit look_at_all() {
    gnet::Semaphore room(kAtATime);
    std::vector<gnet::Fiber<>> fibers;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      fibers.push_back(gnet::spawn({.name = "target"}, [this, &room, i] {
        room.acquire();
        judge_one(results_[i], targets_[i], options_);
        room.release();
      }));
    }
    struct Ended {
      ~Ended() { gnet::killall(fibers); }
      std::vector<gnet::Fiber<>>& fibers;
    } const ended{fibers};
    const gnet::Deadline deadline = gnet::Deadline::within(options_.to.timeout);
    for (gnet::Fiber<>& fiber : fibers) {
      if (!fiber.join(deadline)) break;
    }
    const auto bad = std::ranges::find_if(
        results_, [](const CertResult& result) { return result.code != cli::Exit::ok; });
    return bad == results_.end() ? cli::Exit::ok : bad->code;
  }

  // At the end, and what is known so far when a signal asks.
  void tell() const {
    const bool good = std::ranges::all_of(
        results_, [](const CertResult& result) { return result.code == cli::Exit::ok; });
    if (options_.quiet.times > 1) return;
    if (options_.json) {
      std::string all;
      for (const CertResult& result : results_)
        all += (all.empty() ? "" : ",") + result_json(result).text();
      return cli::print_line(
          cli::JsonObject().add("ok", good).raw("targets", "[" + all + "]").text());
    }
    std::string text;
    for (const CertResult& result : results_) {
      if (options_.quiet.times > 0 && result.code == cli::Exit::ok) continue;
      text += result_line(result) + "\n";
    }
    cli::print(text);
  }

  const CertOptions& options_;
  const std::vector<CertTarget> targets_;
  std::vector<CertResult> results_;
};

}  // namespace

cli::Exit check_certificates(const CertOptions& options) {
  return CertCheck(options).run();
}

}  // namespace commands
