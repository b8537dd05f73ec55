#include "cli/out/exit_status.h"

#include <array>

namespace cli {
namespace {

constexpr std::array kTable{
    ExitRow{Exit::ok, "ok", "done; a server was asked to stop, and every connection ended in time"},
    ExitRow{Exit::negative, "negative",
            "it worked and the answer is no: an echo is missing or wrong, HTTP --fail"},
    ExitRow{Exit::usage, "usage", "bad option, endpoint or configuration; nothing was tried"},
    ExitRow{Exit::listen, "listen", "cannot listen: address in use, no permission"},
    ExitRow{Exit::resolve, "resolve", "the host name does not resolve"},
    ExitRow{Exit::connect, "connect", "cannot connect: refused, unreachable, no such socket"},
    ExitRow{Exit::tls, "tls", "no TLS handshake: a certificate not accepted, no TLS at all"},
    ExitRow{Exit::protocol, "protocol", "the peer broke the protocol, or refused it"},
    ExitRow{Exit::lost, "lost", "an established connection broke, or an answer was cut short"},
    ExitRow{Exit::io, "io", "a local file or a standard stream failed, or memory was short"},
    ExitRow{Exit::cut, "cut", "the drain deadline passed and connections were cut"},
    ExitRow{Exit::no_instance, "no-instance",
            "no process of that name runs, or it has no such service"},
    ExitRow{Exit::internal, "internal", "a defect in gnet: please report it"},
    ExitRow{Exit::timeout, "timeout", "the time given with --timeout was up"},
    ExitRow{Exit::not_executable, "not-executable", "the program that was to run cannot be"},
    ExitRow{Exit::not_found, "not-found", "there is no program of that name"},
    ExitRow{Exit::interrupted, "interrupted", "stopped by SIGINT (a server: by the second one)"},
    ExitRow{Exit::quit, "quit", "stopped by SIGQUIT"},
    ExitRow{Exit::stdout_closed, "stdout", "whoever read standard output has closed it"},
    ExitRow{Exit::terminated, "terminated", "stopped by SIGTERM (a server: by the second one)"},
};

}  // namespace

std::span<const ExitRow> exit_table() noexcept {
  return kTable;
}

std::string_view exit_name(Exit code) noexcept {
  for (const ExitRow& row : kTable) {
    if (row.code == code) return row.name;
  }
  return "unknown";
}

}  // namespace cli
