// How fast the tool starts, and how big it is.

#include <filesystem>

#include "bench/load/clock.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

void run_start(const Bench& bench, RowResult& result) {
  const std::string what = "gnet --version, wall time";
  with_tools(bench, result, what, {}, [&] {
    std::vector<double> times;
    for (int i = 0; i < 41; ++i) {
      const auto start = now();
      output_of(bench, {bench.gnet, "--version"});
      times.push_back(static_cast<double>(now() - start) / 1e6);
    }
    result.checks.push_back({what, median(times), "ms", Bound::below, 10});
  });
}

void run_size(const Bench& bench, RowResult& result) {
  const std::string what = "gnet, stripped";
  with_tools(bench, result, what, {}, [&] {
    const auto stripped = bench.program("gnet.stripped");
    output_of(bench, {"strip", "-o", stripped, bench.gnet});
    const auto size = static_cast<double>(std::filesystem::file_size(stripped));
    std::filesystem::remove(stripped);
    result.checks.push_back({what, size / 1e6, "MB", Bound::below, 6});
  });
}

}  // namespace

void add_binary_rows(std::vector<Row>& rows) {
  rows.push_back({"start", "time to start the tool", run_start});
  rows.push_back({"size", "size of the tool", run_size});
}

}  // namespace bench
