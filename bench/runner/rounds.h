// Interleaved measurements: server A, B, C, A, B, C … so that whatever else the machine does meets
// all of them alike.
//
// A ratio is taken between measurements that lie next to each other in time, and its median over
// all of them is what counts. What is compared with is the first of the servers, called the floor.

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bench/runner/bench.h"

namespace bench {

struct Rounds {
  struct OfServer {
    std::string name;
    std::vector<LoadReport> reports;  // the n-th of each server belong together
    std::vector<LoadReport> latencies;
    std::string failure;
  };

  std::vector<OfServer> servers;

  // The median and the least of `value(report)`, and the median of its ratio to the floor.
  template <class Value>
  [[nodiscard]] static double median_of(const OfServer& server, Value value) {
    return median(values_of(server.reports, value));
  }
  template <class Value>
  [[nodiscard]] static double least_of(const OfServer& server, Value value) {
    const auto values = values_of(server.reports, value);
    return *std::min_element(values.begin(), values.end());
  }
  template <class Value>
  [[nodiscard]] double ratio_to_floor(const OfServer& server, Value value) const {
    return median(ratios(server, value));
  }

  // How far that median may be off: its standard error, from the ratios' own spread.
  template <class Value>
  [[nodiscard]] double ratio_error(const OfServer& server, Value value) const {
    const auto all = ratios(server, value);
    const double middle = median(all);
    std::vector<double> distances;
    for (const double ratio : all) distances.push_back(std::fabs(ratio - middle));
    // 1.48 makes a standard deviation of the median distance, and 1.25 is the price of a median.
    return 1.25 * 1.48 * median(distances) / std::sqrt(static_cast<double>(all.size()));
  }

  // Of those that ended well.
  [[nodiscard]] const OfServer* find(const std::string& name) const;

  template <class Value>
  static std::vector<double> values_of(const std::vector<LoadReport>& reports, Value value) {
    std::vector<double> values;
    for (const auto& report : reports) values.push_back(value(report));
    return values;
  }

 private:
  template <class Value>
  [[nodiscard]] std::vector<double> ratios(const OfServer& server, Value value) const {
    const auto* floor = servers.empty() ? nullptr : find(servers.front().name);
    std::vector<double> all;
    for (std::size_t i = 0; floor && i < server.reports.size() && i < floor->reports.size(); ++i) {
      all.push_back(value(server.reports[i]) / value(floor->reports[i]));
    }
    if (all.empty()) all.push_back(std::numeric_limits<double>::quiet_NaN());
    return all;
  }
};

// All servers run at the same time and have work in turn, slice by slice; each round starts them
// anew, because where a process happens to lie in memory is worth some percent. `plan` goes to
// `bench_load compare`: what to say, and on how many connections.
Rounds run_slices(const Bench& bench, const std::vector<Server>& servers, const Command& plan);

// One run of bench_load for each server in each round; `arguments` begin with its command, and the
// server's port, process and protocol are added.
Rounds run_rounds(const Bench& bench, const std::vector<Server>& servers, const Command& arguments);

}  // namespace bench
