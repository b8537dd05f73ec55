#include "bench/runner/rows.h"

#include <exception>

#include "bench/runner/process.h"

namespace bench {

void with_tools(const Bench& bench, RowResult& result, const std::string& what,
                std::initializer_list<const char*> programs, const std::function<void()>& run) {
  if (!bench.has_gnet()) return result.checks.push_back(skipped_check(what, "no gnet"));
  for (const char* const program : programs) {
    if (in_path(program)) continue;
    return result.checks.push_back(skipped_check(what, std::string("no ") + program));
  }
  try {
    run();
  } catch (const std::exception& error) {
    result.checks.push_back(failed_check(what, error.what()));
  }
}

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  add_echo_cpu_rows(rows);
  add_system_call_rows(rows);
  add_instruction_rows(rows);
  add_memory_rows(rows);
  add_idle_rows(rows);
  add_connect_rows(rows);
  add_micro_rows(rows);
  add_sync_rows(rows);
  add_tls_rows(rows);
  add_http_rows(rows);
  add_http_client_rows(rows);
  add_web_socket_rows(rows);
  add_relay_rows(rows);
  add_proxy_rows(rows);
  add_static_file_rows(rows);
  add_exec_rows(rows);
  add_load_rows(rows);
  add_wait_rows(rows);
  add_dns_rows(rows);
  add_binary_rows(rows);
  return rows;
}

}  // namespace bench
