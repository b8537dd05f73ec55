#include "bench/runner/rows.h"

namespace bench {

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
