// gnet dns beside dig: ten thousand names, asked by one process each.

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "bench/load/clock.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

constexpr int kNames = 10000;

struct Asked {
  double seconds;
  double cpu;  // milliseconds
};

// What it says must be an address for each name.
Asked ask(const Bench& bench, const Command& command) {
  const double cpu = cpu_of_children();
  const auto began = now();
  auto process = Process::start(command, {.core = bench.load_core, .log_file = "/dev/null"});
  const std::string said = process.read_all();
  if (process.wait() != 0) throw std::runtime_error(command.front() + " has failed");
  int answers = 0;
  for (std::size_t at = said.find("192.0.2.1"); at != said.npos;
       at = said.find("192.0.2.1", at + 1)) {
    ++answers;
  }
  if (answers != kNames) {
    throw std::runtime_error(command.front() + " has " + std::to_string(answers) + " answers");
  }
  return {static_cast<double>(now() - began) / 1e9, cpu_of_children() - cpu};
}

// Beside the programs of the benchmark, and gone with its owner.
class NamesFile {
 public:
  explicit NamesFile(const Bench& bench) : path_(bench.program("dns_names")) {
    std::ofstream file(path_);
    for (int i = 0; i < kNames; ++i) file << "n" << i << ".test\n";
    if (!file.flush()) throw std::runtime_error("cannot write " + path_);
  }
  NamesFile(const NamesFile&) = delete;
  NamesFile& operator=(const NamesFile&) = delete;
  ~NamesFile() { std::remove(path_.c_str()); }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

void compare_with_dig(const Bench& bench, const std::string& what, RowResult& result) {
  const RunningServer server(bench, {"answers", {bench.program("dns_answers")}});
  const NamesFile names(bench);
  const Command dig = {"dig", "@127.0.0.1", "-p", server.port(), "+short", "-f", names.path()};
  Command gnet = {bench.gnet, "dns", "--short", "@udp://127.0.0.1:" + server.port()};
  for (int i = 0; i < kNames; ++i) gnet.push_back("n" + std::to_string(i) + ".test");
  std::vector<double> rates;
  std::vector<double> of_dig[2];
  std::vector<double> of_gnet[2];
  for (int i = 0; i < bench.rounds + 1; ++i) {
    const Asked theirs = ask(bench, dig);
    const Asked ours = ask(bench, gnet);
    rates.push_back(theirs.seconds / ours.seconds);
    of_dig[0].push_back(kNames / theirs.seconds);
    of_dig[1].push_back(theirs.cpu * 1000 / kNames);
    of_gnet[0].push_back(kNames / ours.seconds);
    of_gnet[1].push_back(ours.cpu * 1000 / kNames);
  }
  result.subjects.push_back(
      {"dig -f", {{"queries/s", median(of_dig[0])}, {"us CPU each", median(of_dig[1])}}, {}});
  result.subjects.push_back(
      {kGnet, {{"queries/s", median(of_gnet[0])}, {"us CPU each", median(of_gnet[1])}}, {}});
  result.checks.push_back({what, median(rates), "x", Bound::at_least, 5});
}

void run_dns(const Bench& bench, RowResult& result) {
  const std::string what = "gnet dns / dig -f, queries a second";
  with_tools(bench, result, what, {"dig"}, [&] { compare_with_dig(bench, what, result); });
}

}  // namespace

void add_dns_rows(std::vector<Row>& rows) {
  rows.push_back({"dns", "10,000 names asked of a local server", run_dns});
}

}  // namespace bench
