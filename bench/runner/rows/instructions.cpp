// Instructions of the server outside the kernel per echo, counted by callgrind.

#include "bench/runner/rows.h"
#include "bench/runner/traced.h"

namespace bench {
namespace {

void run(const Bench& bench, RowResult& result) {
  const auto what = "gnet, user instructions per echo on one connection";
  if (!in_path("valgrind")) {
    result.checks.push_back(skipped_check(what, "valgrind is not installed"));
    return;
  }
  auto check = skipped_check(what, "no gnet");
  for (const auto& server : bench.all_or_floor_and_gnet()) {
    if (server.name == "gevent" || server.name == "go") continue;  // valgrind is no place for them
    Subject subject{server.name, {}, {}};
    try {
      subject.values = {{"1 conn", instructions_per_echo(bench, server, 1)},
                        {"64 conns", instructions_per_echo(bench, server, 64)}};
    } catch (const std::exception& error) {
      subject.failure = error.what();
    }
    if (server.name == kGnet) {
      check = subject.failed() ? failed_check(what, subject.failure)
                               : Check{what, subject.at("1 conn"), "", Bound::at_most, 300};
    }
    result.subjects.push_back(std::move(subject));
  }
  result.checks.push_back(std::move(check));
}

}  // namespace

void add_instruction_rows(std::vector<Row>& rows) {
  rows.push_back({"instructions", "user instructions per 64-byte echo (callgrind)", run});
}

}  // namespace bench
