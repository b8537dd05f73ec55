// A run of gnet load that never was, for the tests of its reports.

#pragma once

#include <memory>

#include "commands/load_results.h"

namespace load_sample {

using namespace std::chrono_literals;

// 1,000 answers of 1 to 1,000 ms since they were due, and of a tenth of that since they were sent.
// Results are too large for a stack.
inline std::unique_ptr<commands::LoadResults> open_loop() {
  auto results = std::make_unique<commands::LoadResults>();
  results->targets = {"http://127.0.0.1:8080/<b>&amp;"};
  results->began = std::chrono::system_clock::time_point(1'800'000'000s);
  results->open_loop = true;
  results->elapsed = 10s;
  results->warmup = 1s;
  results->intended_rate = 110;
  results->threads = 2;
  results->connections = 50;
  results->connected = 48;
  results->cpu_share = 0.315;
  commands::LoadTally& total = results->total;
  for (int i = 1; i <= 1000; ++i) {
    total.answered({.latency = i * 1ms, .uncorrected = i * 100us, .first_byte = i * 50us},
                   i <= 990 ? 200 : 503);
  }
  for (int i = 0; i < 3; ++i) total.failed(commands::LoadError::timeout, "no answer within 10s");
  total.failed(commands::LoadError::lost, "reset \x1b[31m<script>");
  total.started = 1004;
  total.dropped = 96;
  total.in_time = 1000;
  total.received = results->received_in_time = 3'000'000;
  total.sent = results->sent_in_time = 100'000;
  total.opened = 61;
  total.connect.record(300us);
  for (int i = 0; i <= 10; ++i) {
    results->seconds.push_back({.at = (i + 1) * 1s,
                                .took = 1s,
                                .warmup = i == 0,
                                .answers = 100,
                                .failures = i == 5 ? 4U : 0U,
                                .dropped = i == 5 ? 96U : 0U,
                                .received = 300'000,
                                .sent = 10'000,
                                .in_flight = 5,
                                .connections = 48,
                                .intended_rate = 110,
                                .p50 = 500ms,
                                .p99 = 990ms,
                                .max = 1s});
  }
  return results;
}

inline std::unique_ptr<commands::LoadResults> closed_loop() {
  auto results = open_loop();
  results->open_loop = false;
  results->intended_rate = 0;
  results->total.dropped = 0;
  for (commands::LoadSecond& second : results->seconds) {
    second.intended_rate = 0;
    second.dropped = 0;
  }
  return results;
}

// Nobody was there.
inline std::unique_ptr<commands::LoadResults> unanswered() {
  auto results = std::make_unique<commands::LoadResults>();
  results->targets = {"tcp://127.0.0.1:1"};
  results->elapsed = 1s;
  results->connections = 1;
  results->total.started = 7;
  for (int i = 0; i < 7; ++i) {
    results->total.failed(commands::LoadError::connect, "connection refused");
  }
  return results;
}

}  // namespace load_sample
