// What serving files costs, beside the servers that people know.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "bench/load/clock.h"
#include "bench/runner/cpu.h"
#include "bench/runner/rounds.h"
#include "bench/runner/rows.h"
#include "bench/runner/web_servers.h"

namespace bench {
namespace {

constexpr int kEntries = 50000;

void run_file(const Bench& bench, RowResult& result, std::size_t size, const char* connections) {
  const auto site = make_site(bench);
  add_file(site, "file", size);
  std::vector<Server> servers;
  for (auto server : {nginx(bench, site), lighttpd(bench, site)}) {
    if (server) servers.push_back(std::move(*server));
  }
  if (auto server = h2o(bench, site); server && !bench.quick) servers.push_back(std::move(*server));
  if (bench.has_gnet()) servers.push_back(tool_server(bench, "http", {"http-serve", site}));
  const auto rounds = run_slices(bench, servers, {"--connections", connections, "--path", "/file"});
  add_cpu_subjects(rounds, "request", result);
  for (const auto* peer : {"nginx", "lighttpd"}) {
    result.checks.push_back(against(result, peer, "ratio", "CPU per request", Bound::below, 1));
  }
}

// From the request to the first byte of the answer, in ms.
double time_to_first_byte(const std::string& port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  char begin[12] = {};
  const auto start = now();
  const bool answered =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0 &&
      recv(fd, begin, sizeof begin, MSG_WAITALL) == sizeof begin;
  const auto end = now();
  close(fd);
  if (!answered || std::string(begin, sizeof begin) != "HTTP/1.1 200") {
    throw std::runtime_error("no answer");
  }
  return static_cast<double>(end - start) / 1e6;
}

void run_listing(const Bench& bench, RowResult& result) {
  const auto what = "gnet, first byte of a listing of 50,000 files";
  if (!bench.has_gnet()) {
    result.checks.push_back(skipped_check(what, "no gnet"));
    return;
  }
  const auto site = make_site(bench);
  std::filesystem::create_directory(site + "/many");
  for (int i = 0; i < kEntries; ++i)
    std::ofstream(site + "/many/file-" + std::to_string(i) + ".txt");
  try {
    RunningServer running(bench, tool_server(bench, "http", {"http-serve", site}));
    std::vector<double> times;
    for (int i = 0; i < 2 * bench.rounds + 1; ++i) {
      times.push_back(time_to_first_byte(running.port(), "/many/"));
    }
    result.subjects.push_back({kGnet, {{"ms", Measured(times)}}, {}});
    result.checks.push_back({what, median(times), "ms", Bound::at_most, 150});
  } catch (const std::exception& error) {
    result.checks.push_back(failed_check(what, error.what()));
  }
  std::filesystem::remove_all(site);
}

}  // namespace

void add_static_file_rows(std::vector<Row>& rows) {
  rows.push_back(
      {"static-1K", "a file of 1 KiB on 64 connections",
       [](const Bench& bench, RowResult& result) { run_file(bench, result, 1024, "64"); }});
  rows.push_back(
      {"static-1M", "a file of 1 MiB on 16 connections",
       [](const Bench& bench, RowResult& result) { run_file(bench, result, 1024 * 1024, "16"); }});
  rows.push_back({"static-listing", "the listing of a folder of 50,000 files", run_listing});
}

}  // namespace bench
