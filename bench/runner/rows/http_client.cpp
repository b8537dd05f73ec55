// What fetching a large file costs the client, beside curl.

#include <filesystem>

#include "bench/runner/process.h"
#include "bench/runner/rows.h"
#include "bench/runner/web_servers.h"

namespace bench {
namespace {

constexpr std::uintmax_t kSize = 1024 * 1024 * 1024;

// Of one run of this command, to its end.
double cpu_of(const Bench& bench, const Command& command) {
  const double before = cpu_of_children();
  auto client = Process::start(command, {.core = bench.load_core, .log_file = "/dev/null"});
  client.close_stdin();
  static_cast<void>(client.read_all());
  if (client.wait() != 0) throw std::runtime_error(command.front() + " has failed");
  return cpu_of_children() - before;
}

void measure(const Bench& bench, const RunningServer& server, RowResult& result,
             const std::string& what) {
  const auto url = "http://127.0.0.1:" + server.port() + "/large";
  const Command curl = {"curl", "--silent", "--output", "/dev/null", url};
  const Command gnet = {bench.gnet, "http", "--output", "/dev/null", url};
  std::vector<double> of_curl, of_gnet, ratios;
  cpu_of(bench, curl);  // now the file is in memory
  for (int i = 0; i < 4 * bench.rounds + 1; ++i) {
    of_curl.push_back(cpu_of(bench, curl));
    of_gnet.push_back(cpu_of(bench, gnet));
    ratios.push_back(of_gnet.back() / of_curl.back());
  }
  result.subjects.push_back({"curl", {{"cpu ms", Measured(median(of_curl))}, {"ratio", 1.0}}, {}});
  result.subjects.push_back(
      {kGnet, {{"cpu ms", Measured(median(of_gnet))}, {"ratio", Measured(median(ratios))}}, {}});
  result.checks.push_back({what, Measured(median(ratios)), "x", Bound::at_most, 1});
}

void run_download(const Bench& bench, RowResult& result) {
  const auto what = "gnet, CPU of gnet http / curl";
  const auto site = make_site(bench);
  const auto server = nginx(bench, site);
  if (!bench.has_gnet() || !server || !in_path("curl")) {
    result.checks.push_back(skipped_check(what, "it takes gnet, nginx and curl"));
    return;
  }
  const auto file = site + "/large";
  add_file(site, "large", 0);
  std::filesystem::resize_file(file, kSize);  // without taking room on the disk
  try {
    const RunningServer running(bench, *server);
    measure(bench, running, result, what);
  } catch (const std::exception& error) {
    result.checks.push_back(failed_check(what, error.what()));
  }
  std::filesystem::remove(file);
}

}  // namespace

void add_http_client_rows(std::vector<Row>& rows) {
  rows.push_back(
      {"http-get-1G", "a file of 1 GiB from nginx to /dev/null: the client's CPU", run_download});
}

}  // namespace bench
