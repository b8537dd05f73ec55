#include "commands/exec_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/out/failure.h"
#include "commands/exec_environment.h"
#include "commands/program_rules.h"
#include "commands/word_list.h"

namespace commands {
namespace {

gnet::TerminalSize terminal_size(std::string_view text) {
  gnet::TerminalSize size;
  if (text == "on") return size;
  const std::size_t cross = text.find('x');
  const auto number = [](std::string_view digits, unsigned short& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value > 0;
  };
  if (cross == text.npos || !number(text.substr(0, cross), size.columns) ||
      !number(text.substr(cross + 1), size.rows)) {
    throw cli::UsageError(fmt::format("bad --pty '{}': it has to be COLSxROWS, as 80x24", text));
  }
  return size;
}

void check_program(const ExecOptions& options) {
  const int ways = static_cast<int>(!options.command.empty()) +
                   static_cast<int>(!options.shell.empty()) +
                   static_cast<int>(!options.dir.empty());
  if (ways > 1) throw cli::UsageError("one of CMD, --sh and --dir says what to run");
  if (ways == 0 && options.cgi_dir.empty()) {
    throw cli::UsageError("exec-server wants a program",
                          "gnet exec-server -- CMD [ARG...], or --sh, --dir, --cgi-dir");
  }
  if (options.shared != Sharing::off && ways == 1 && !options.dir.empty()) {
    throw cli::UsageError("--shared is one program for all, and --dir has several");
  }
  if (options.shared != Sharing::off && ways == 0) {
    throw cli::UsageError("--shared wants a program");
  }
}

}  // namespace

ExecOptions::ExecOptions() {
  cli::set_http_defaults(listen, 6013);
  listen.idle_timeout = {};
}

void check(const ExecOptions& options) {
  check_program(options);
  check_environment(options.env);
  check_words("--header-env", words_of(options.header_env));
  for (const std::string& name : words_of(options.header_env)) {
    if (name == "Proxy" || name == "proxy") {
      throw cli::UsageError("--header-env may not name Proxy",
                            "programs take HTTP_PROXY for the proxy that they are to use");
    }
  }
  if (options.max_procs.number == 0) throw cli::UsageError("--max-procs must be at least 1");
  if (options.queue_messages.number == 0)
    throw cli::UsageError("--queue-messages must be at least 1");
  if (options.kill_after <= gnet::Duration::zero()) {
    throw cli::UsageError("--kill-after must be more than 0");
  }
}

ExecRules exec_rules(const ExecOptions& options) {
  ExecRules rules;
  rules.process = process_options(options.cwd, options.rlimit, options.user);
  rules.environment =
      base_environment(words_of(options.env_pass), options.env, options.listen.name);
  rules.headers = words_of(options.header_env);
  rules.errors = options.errors;
  if (!options.terminal.empty()) rules.terminal = terminal_size(options.terminal);
  rules.ending = ending_steps(options.close);
  rules.kill_after = options.kill_after;
  const gnet::Duration room = options.listen.drain_timeout - options.listen.drain_quiet;
  const gnet::Duration share = room / static_cast<int>(rules.ending.size());
  rules.stop_pause =
      std::min(std::max<gnet::Duration>(share, std::chrono::milliseconds(1)), options.kill_after);
  rules.time_limit = options.time_limit;
  rules.queue = options.queue;
  rules.json = options.json;
  return rules;
}

ExecFraming framing_of(const ExecOptions& options, ExecFraming::Kind fitting) {
  const ExecFraming::Kind kind =
      options.framing == GivenFraming::fitting
          ? fitting
          : static_cast<ExecFraming::Kind>(static_cast<int>(options.framing) - 1);
  return {kind, options.max_message.bytes};
}

}  // namespace commands
