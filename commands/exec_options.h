// The options of gnet exec-server, and what they mean for those who run its programs.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/command.h"
#include "cli/server/http_options.h"
#include "commands/exec_framing.h"
#include "gnet/os/pseudo_terminal.h"
#include "gnet/os/subprocess.h"

namespace commands {

enum class ErrorsTo { log, client, null, merge };
enum class Sharing { off, once, restart };

// "--framing" as it is given; nothing: what suits the endpoint.
enum class GivenFraming { fitting, line, null, raw, length4, json };

struct ExecOptions : cli::GlobalOptions {
  ExecOptions();

  cli::ServerOptions listen;
  cli::HTTPOptions http;
  std::vector<std::string> endpoints;

  // ---- the program ----
  std::vector<std::string> command;
  std::string shell;
  std::string dir;
  std::string cgi_dir;
  std::string static_dir;
  Sharing shared = Sharing::off;
  std::string terminal;
  std::string cwd;
  std::vector<std::string> env;
  std::string env_pass = "PATH,LANG,TZ";
  std::string header_env;
  std::string rlimit;
  std::string user;

  // ---- what goes to and fro ----
  GivenFraming framing = GivenFraming::fitting;
  bool binary = false;
  ErrorsTo errors = ErrorsTo::log;
  cli::Size max_message{16 * 1024 * 1024};
  cli::Count queue_messages{256};

  // ---- how many and how long ----
  cli::Count max_procs{64};
  gnet::Duration queue{};
  gnet::Duration time_limit{};
  std::string close = "stdin,TERM,KILL";
  gnet::Duration kill_after = std::chrono::seconds(5);

  // ---- pages ----
  std::string origins;
  bool same_origin = true;
  bool console = false;
  gnet::Duration ping_interval = std::chrono::seconds(20);
  gnet::Duration ping_timeout = std::chrono::seconds(10);
};

// How a child is started and ended, whatever its client is.
struct ExecRules {
  gnet::PopenOptions process;        // its directory, limits, user; streams are to be filled in
  gnet::Environment environment;     // what all of them get
  std::vector<std::string> headers;  // of requests, that they get; empty: all but secrets
  ErrorsTo errors = ErrorsTo::log;
  std::optional<gnet::TerminalSize> terminal;
  std::vector<int> ending;      // signals, and 0 for the end of its input
  gnet::Duration kill_after{};  // between the steps
  gnet::Duration stop_pause{};  // the same when the server stops, within --drain-timeout
  gnet::Duration time_limit{};  // 0: none
  gnet::Duration queue{};
  bool json = false;
};

// Throws UsageError for options that are wrong or do not go together.
[[nodiscard]] ExecRules exec_rules(const ExecOptions& options);
void check(const ExecOptions& options);

// `fitting`: what it is unless --framing says.
[[nodiscard]] ExecFraming framing_of(const ExecOptions& options, ExecFraming::Kind fitting);

}  // namespace commands
