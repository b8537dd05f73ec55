#include "bench/runner/web_servers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "bench/runner/port.h"

namespace bench {
namespace {

constexpr const char* kHello = "Hello, World!";

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  if (!(file << text << std::flush)) throw std::runtime_error("cannot write " + path);
}

// Debian has servers where a user's PATH does not go.
std::string find_program(const std::string& name) {
  for (const std::string folder :
       {"/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"}) {
    if (access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return {};
}

constexpr const char* kNginx = R"(daemon off;
master_process off;
pid {0}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  server {{
    listen 127.0.0.1:{1} backlog=4096 {2};
    {3}
    root {4};
    location = /hello {{ default_type text/plain; return 200 "{5}"; }}
  }}
}}
)";

constexpr const char* kLighttpd = R"(server.document-root = "{0}"
server.bind = "127.0.0.1"
server.port = {1}
server.listen-backlog = 4096
server.max-keep-alive-requests = 60000
server.max-keep-alive-idle = 3600
server.max-fds = 16384
mimetype.assign = ( "" => "application/octet-stream" )
)";

constexpr const char* kH2o = R"(num-threads: 1
max-connections: 16384
{2}listen:
  host: 127.0.0.1
  port: {1}
http1-request-timeout: 3600
error-log: /dev/null
hosts:
  default:
    paths:
      "/":
        file.dir: {0}
)";

}  // namespace

std::optional<Server> nginx(const Bench& bench, const std::string& folder,
                            const Certificate* certificate) {
  const auto program = find_program("nginx");
  if (program.empty()) return std::nullopt;
  const auto home = bench.program("nginx");
  std::filesystem::create_directories(home);
  const auto port = free_port();
  const auto tls = certificate == nullptr
                       ? std::string()
                       : fmt::format(
                             "ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {}; "
                             "ssl_certificate_key {};",
                             certificate->file, certificate->key);
  const auto file = home + "/nginx.conf";
  write_file(file, fmt::format(kNginx, home, port, certificate ? "ssl" : "", tls, folder, kHello));
  return Server{"nginx", {program, "-p", home, "-e", "stderr", "-c", file}, "http", port};
}

std::optional<Server> lighttpd(const Bench& bench, const std::string& folder) {
  const auto program = find_program("lighttpd");
  if (program.empty()) return std::nullopt;
  const auto port = free_port();
  const auto file = bench.program("lighttpd.conf");
  write_file(file, fmt::format(kLighttpd, folder, port));
  return Server{"lighttpd", {program, "-D", "-f", file}, "http", port};
}

std::optional<Server> h2o(const Bench& bench, const std::string& folder) {
  const auto program = find_program("h2o");
  if (program.empty()) return std::nullopt;
  const auto port = free_port();
  const auto file = bench.program("h2o.conf");
  // As root it becomes somebody else, who may not read the folder.
  write_file(file, fmt::format(kH2o, folder, port, geteuid() == 0 ? "user: root\n" : ""));
  return Server{"h2o", {program, "-m", "worker", "-c", file}, "http", port};
}

std::optional<Server> node_ws(const Bench& bench, const std::string& protocol) {
  const auto program = bench.program("node_ws");
  if (access(program.c_str(), X_OK) != 0 ||
      !std::filesystem::exists(bench.program("node/node_modules/ws"))) {
    return std::nullopt;
  }
  return Server{"node", {program}, protocol, {}};
}

Server hello_server(const Bench& bench, const Certificate* certificate) {
  Command command = {bench.program("server_http_hello")};
  if (certificate) command.insert(command.end(), {certificate->file, certificate->key});
  return {kGnet, command, "http", {}};
}

Server tool_server(const Bench& bench, const std::string& protocol, const Command& arguments) {
  return {kGnet,
          joined(joined({bench.gnet}, arguments),
                 {"--port", "0", "--print-port", "--threads", "1", "--max-connections", "15000"}),
          protocol,
          {}};
}

std::string make_site(const Bench& bench) {
  const auto folder = bench.program("site");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  write_file(folder + "/hello", kHello);
  return folder;
}

void add_file(const std::string& folder, const std::string& name, std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  write_file(folder + "/" + name, text);
}

}  // namespace bench
