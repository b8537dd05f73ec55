// The options of gnet load.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/line/command.h"

namespace commands {

enum class LoadArrival { constant, poisson };
enum class LoadMode { message, stream };
enum class LoadFormat { text, json, csv, hgrm, html };
enum class LatencyFrom { intended, sent };

struct LoadOptions : cli::GlobalOptions {
  static cli::ClientOptions patient() {
    cli::ClientOptions options;
    options.timeout = std::chrono::seconds(10);
    return options;
  }

  cli::ClientOptions to = patient();  // timeout: of each request
  std::vector<std::string> urls;

  // ---- how much ----
  cli::Count connections{50};
  std::optional<gnet::Duration> duration;  // 10s, or that of the stages
  std::optional<cli::Count> requests;      // instead of a duration
  std::string rate;                        // "1000", "1000/s", "60/m"; empty: closed loop
  LoadArrival arrival = LoadArrival::constant;
  std::string ramp;    // "0..1000/30s"
  std::string stages;  // "100@10s,500@30s"
  std::optional<cli::Count> threads;
  std::optional<gnet::Duration> warmup;
  std::optional<cli::Count> max_outstanding;  // 10000
  std::string find_rate;                      // a condition: "p99<50ms"

  // ---- what is sent, and awaited ----
  std::string method;
  std::vector<std::string> headers;
  std::optional<std::string> body;
  std::string body_file;
  std::string targets;  // a file, "-" is standard input
  bool random = false;
  bool no_keepalive = false;
  cli::Count pipeline{1};
  std::optional<cli::Count> reuse;  // requests of a connection
  std::optional<std::string> message;
  std::optional<cli::Size> size;
  std::string expect;
  LoadMode mode = LoadMode::message;
  bool reverse = false;
  bool both_ways = false;

  // ---- the report ----
  std::vector<std::string> fail_if;
  std::string compare;
  std::optional<cli::Percent> regress;
  bool histogram = false;
  std::string percentiles = "50,75,90,95,99,99.9,99.99,max";
  LoadFormat format = LoadFormat::text;
  std::string output;
  std::string timeline;
  std::string hdr;
  bool no_progress = false;
  std::optional<gnet::Duration> interval;  // of progress; none: only at a terminal
  LatencyFrom latency_from = LatencyFrom::intended;
};

}  // namespace commands
