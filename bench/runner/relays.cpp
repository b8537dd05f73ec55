#include "bench/runner/relays.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "bench/runner/port.h"

namespace bench {
namespace {

constexpr std::chrono::seconds kStartLimit{10};

constexpr const char* kHaproxy = R"(global
  nbthread 1
  maxconn 4000
  tune.bufsize 16384
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend relay
  bind 127.0.0.1:{0} backlog 4096
  default_backend target
backend target
  server target 127.0.0.1:{1}
)";

constexpr const char* kStunnel = R"(foreground = yes
pid =
debug = crit
[relay]
client = {0}
accept = 127.0.0.1:{1}
connect = 127.0.0.1:{2}
{3}
)";

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  if (!(file << text << std::flush)) throw std::runtime_error("cannot write " + path);
}

std::string find_program(const std::string& name) {
  for (const std::string folder : {"/usr/sbin/", "/usr/bin/", "/usr/local/sbin/"}) {
    if (access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return {};
}

}  // namespace

FarEnd::FarEnd(const Bench& bench, const Command& command)
    : process_(Process::start(command, {bench.load_core, bench.program("far_end.log")})),
      port_(process_.read_line(kStartLimit)) {}

Server c_relay(const Bench& bench, const std::string& program, const FarEnd& to,
               const std::string& protocol) {
  return {kFloor, {bench.program(program), to.port()}, protocol, {}};
}

Server bridge(const Bench& bench, const std::string& protocol, const std::string& left,
              const std::string& right, const Command& more) {
  return {kGnet,
          joined({bench.gnet, "bridge", left, right, "--print-port", "--threads", "1",
                  "--max-connections", "15000", "--quiet"},
                 more),
          protocol,
          {}};
}

std::optional<Server> haproxy(const Bench& bench, const FarEnd& to, const std::string& protocol) {
  const auto program = find_program("haproxy");
  if (program.empty()) return std::nullopt;
  const auto port = free_port();
  const auto file = bench.program("haproxy.cfg");
  write_file(file, fmt::format(kHaproxy, port, to.port()));
  return Server{"haproxy", {program, "-db", "-q", "-f", file}, protocol, port};
}

std::optional<Server> socat(const FarEnd& to, const std::string& protocol) {
  const auto program = find_program("socat");
  if (program.empty()) return std::nullopt;
  const auto port = free_port();
  return Server{"socat",
                {program, "TCP-LISTEN:" + port + ",bind=127.0.0.1,fork,reuseaddr,nodelay",
                 "TCP:127.0.0.1:" + to.port() + ",nodelay"},
                protocol,
                port};
}

std::optional<Server> stunnel(const Bench& bench, const FarEnd& to, const std::string& protocol,
                              const Certificate* certificate) {
  const auto program = find_program("stunnel4");
  if (program.empty()) return std::nullopt;
  const auto port = free_port();
  const auto file = bench.program(certificate ? "stunnel_server.conf" : "stunnel_client.conf");
  const auto tls = certificate
                       ? fmt::format("cert = {}\nkey = {}", certificate->file, certificate->key)
                       : std::string("verifyChain = no");
  write_file(file, fmt::format(kStunnel, certificate ? "no" : "yes", port, to.port(), tls));
  return Server{"stunnel", {program, file}, protocol, port};
}

Server proxy(const Bench& bench, const std::string& protocol) {
  return {kGnet,
          {bench.gnet, "proxy", "--port", "0", "--print-port", "--threads", "1",
           "--max-connections", "15000", "--quiet"},
          protocol,
          {}};
}

std::optional<Server> microsocks(const std::string& protocol) {
  const auto program = find_program("microsocks");
  if (program.empty()) return std::nullopt;
  const auto port = free_port();
  return Server{"microsocks", {program, "-i", "127.0.0.1", "-p", port}, protocol, port};
}

std::optional<Server> node_relay(const Bench& bench, const FarEnd& to, const std::string& protocol,
                                 const std::string& way) {
  const auto program = bench.program("node_ws_relay");
  if (access(program.c_str(), X_OK) != 0 ||
      !std::filesystem::exists(bench.program("node/node_modules/ws"))) {
    return std::nullopt;
  }
  return Server{"node", {program, way, to.port()}, protocol, {}};
}

}  // namespace bench
