// What a run of gnet load has found, as its reports want to have it.
//
//   LoadTally tally;
//   tally.answered({.latency = 81us, .uncorrected = 80us}, 200);
//   results.total.merge(tally);
//
// Threads: values without locks. Each hub has a tally of its own for each second; the hub that
// writes the report merges them.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gnet/base/histogram.h"

namespace commands {

// Why there was no good answer. Statuses of HTTP are answers.
enum class LoadError : unsigned char {
  resolve,   // the name was not found
  connect,   // no connection
  tls,       // nobody who can be trusted
  timeout,   // no whole answer in time
  lost,      // the connection was reset, or closed before the answer was whole
  protocol,  // an answer that is none
  expect,    // an answer that is not the expected one
};
inline constexpr std::size_t kLoadErrors = 7;
[[nodiscard]] const char* name_of(LoadError error) noexcept;  // "timeout"

// Of one request that was answered.
struct LoadTimes {
  gnet::Duration latency{};      // since it was to be sent; in a closed loop, since it was
  gnet::Duration uncorrected{};  // since it was sent
  gnet::Duration first_byte{};   // from its being sent to the first byte of the answer
  gnet::Duration delay{};        // from its being due to its being sent
};

// Of some time: a second of one hub, or all of a run.
struct LoadTally {
  // A request whose answer came whole; status 0 is that of what has no statuses.
  void answered(const LoadTimes& times, int status);
  void failed(LoadError error, const std::string& text);
  void merge(const LoadTally& other);
  void clear();

  [[nodiscard]] std::uint64_t failures() const noexcept;
  [[nodiscard]] std::uint64_t with_status(int hundreds) const noexcept;  // 2: of all 2xx

  gnet::FineHistogram latency;      // of answers, see LoadTimes; corrected where there is a rate
  gnet::FineHistogram uncorrected;  // of answers
  gnet::Histogram first_byte;       // of answers
  gnet::Histogram delay;            // of answers, see LoadTimes
  gnet::Histogram connect;          // of connections: name and TCP, or what stands for it
  gnet::Histogram tls;              // of connections
  std::uint64_t started = 0;        // requests that were sent, or that could not be for want of a
                                    // connection: answers + failures, and what was cut off
  std::uint64_t answers = 0;
  std::uint64_t in_time = 0;   // answers that came in the measured time, whenever asked for
  std::uint64_t dropped = 0;   // were due, and not sent, since too many others waited
  std::uint64_t received = 0;  // bytes on the wire, without those of TLS, TCP and IP
  std::uint64_t sent = 0;
  std::uint64_t opened = 0;  // connections
  std::map<int, std::uint64_t> statuses;
  std::array<std::uint64_t, kLoadErrors> errors{};
  // With how often; of texts beyond a number of different ones only the class is known.
  std::map<std::string, std::uint64_t> texts;
};

// A second of the run, or what is left of it at the end.
struct LoadSecond {
  gnet::Duration at{};    // its end, since the run began
  gnet::Duration took{};  // its length
  bool warmup = false;    // it counts for nothing but this line
  std::uint64_t answers = 0;
  std::uint64_t failures = 0;
  std::uint64_t dropped = 0;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t in_flight = 0;    // at its end
  std::uint64_t connections = 0;  // open, at its end
  double intended_rate = 0;       // a second; 0: closed loop
  gnet::Duration p50{};           // of latency
  gnet::Duration p99{};
  gnet::Duration max{};
  gnet::FineHistogram* latency = nullptr;  // while the second is told of, for --hdr
};

struct LoadResults {
  std::vector<std::string> targets;  // URLs, without passwords
  std::chrono::system_clock::time_point began;
  bool open_loop = false;
  bool stream = false;       // --mode stream: bytes count, and there are no requests
  bool interrupted = false;  // by a signal: it is not all of what was wanted
  bool failed = false;       // it could not go on, and is not all either
  gnet::Duration elapsed{};  // what was measured, without the warm-up
  gnet::Duration warmup{};
  bool only_warmup = false;  // there is no more of it: that is what was measured
  double intended_rate = 0;  // the mean, a second; 0: closed loop
  std::uint64_t threads = 1;
  std::uint64_t connections = 0;  // asked for
  std::uint64_t connected = 0;    // open at the same time, at most
  std::uint64_t unanswered = 0;   // on their way when the run was cut short
  LoadTally total;
  std::uint64_t received_in_time = 0;  // of all bytes, those of the measured time
  std::uint64_t sent_in_time = 0;
  std::vector<LoadSecond> seconds;
  double cpu_share = 0;    // of the time of its threads' cores that the generator used: 0 to 1
  std::string bottleneck;  // why the generator itself may have been the limit; empty: it was not
  double found_rate = 0;   // of --find-rate: the highest that passed; 0: none did, or not asked
  struct Search {          // of --find-rate, in the order in which it was tried
    double rate = 0;
    bool passed = false;
    std::string reason;  // why it did not: "p99 is 61.2ms"
    gnet::Duration p99{};
    double achieved = 0;
  };
  std::vector<Search> search;

  // Answers a second: of those that came in the measured time.
  [[nodiscard]] double rate() const noexcept;
};

}  // namespace commands
