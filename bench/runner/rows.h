// The rows of the benchmark: one measurement each, by name.

#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "bench/runner/bench.h"
#include "bench/runner/result.h"

namespace bench {

struct Row {
  std::string name;
  std::string title;
  std::function<void(const Bench&, RowResult&)> run;
};

// Runs a measurement of gnet's that needs these programs as well. The check `what` is skipped where
// one is missing, and missed when the measurement throws.
void with_tools(const Bench& bench, RowResult& result, const std::string& what,
                std::initializer_list<const char*> programs, const std::function<void()>& run);

// In the order in which they are run and shown.
std::vector<Row> all_rows();

// One family of rows each; rows/<family>.cpp.
void add_echo_cpu_rows(std::vector<Row>& rows);
void add_system_call_rows(std::vector<Row>& rows);
void add_instruction_rows(std::vector<Row>& rows);
void add_memory_rows(std::vector<Row>& rows);
void add_idle_rows(std::vector<Row>& rows);
void add_connect_rows(std::vector<Row>& rows);
void add_micro_rows(std::vector<Row>& rows);
void add_sync_rows(std::vector<Row>& rows);
void add_tls_rows(std::vector<Row>& rows);
void add_http_rows(std::vector<Row>& rows);
void add_http_client_rows(std::vector<Row>& rows);
void add_web_socket_rows(std::vector<Row>& rows);
void add_relay_rows(std::vector<Row>& rows);
void add_proxy_rows(std::vector<Row>& rows);
void add_static_file_rows(std::vector<Row>& rows);
void add_exec_rows(std::vector<Row>& rows);
void add_load_rows(std::vector<Row>& rows);
void add_wait_rows(std::vector<Row>& rows);
void add_dns_rows(std::vector<Row>& rows);
void add_binary_rows(std::vector<Row>& rows);

}  // namespace bench
