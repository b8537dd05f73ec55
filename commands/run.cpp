// gnet run: servers, clients and programs in one process, as a file has them.

#include <fmt/format.h>

#include "cli/line/command.h"
#include "cli/line/live_options.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "cli/server/serve_services.h"
#include "commands/commands.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {
  cli::ServerOptions process;
  std::string file;
  bool check = false;
  bool print = false;
  std::vector<std::string> only;
  std::vector<std::string> except;
  std::vector<std::string> set;
  bool allow_empty = false;
  std::string env_file;
  bool watch = false;
  cli::OnFailure on_failure = cli::OnFailure::proceed;
};

// "/etc/gnet/demo.toml" is "demo".
std::string name_of(const std::string& path) {
  const std::string file = path.substr(path.rfind('/') + 1);
  return file.substr(0, file.rfind('.'));
}

cli::Exit run(const Options& given) {
  if (given.file.empty()) throw cli::UsageError("run needs a file of services");
  const cli::ServicesToRun what{.path = given.file,
                                .choice = {.only = given.only,
                                           .except = given.except,
                                           .set = given.set,
                                           .env_file = given.env_file},
                                .allow_none = given.allow_empty,
                                .on_failure = given.on_failure,
                                .watch = given.watch};
  if (given.check || given.print) {
    const cli::ServicePlan plan(cli::read_services(what.path), what.choice);
    if (plan.services().empty() && !what.allow_none) {
      throw cli::UsageError(fmt::format("{} has no services", what.path));
    }
    if (given.print) {
      const std::string process = given.json ? "" : cli::live_options().explain(false);
      cli::print((given.json ? "" : "[gnet]\n" + process) + plan.explain(given.json));
    }
    return cli::Exit::ok;
  }
  cli::ServerOptions process = given.process;
  if (process.name.empty() && process.control.empty()) process.name = name_of(given.file);
  return cli::serve_services(given, process, what);
}

}  // namespace

const cli::Command& run_services() {
  static const cli::Command made =
      cli::command<Options>({
          .name = "run",
          .group = "Control",
          .arguments = "FILE",
          .summary = "servers, clients and programs in one process, as a file has them",
          .about =
              "Run the services of a file in one process, and change them when the file changes.",
          .examples = {"gnet run gnet.toml", "gnet run --check gnet.toml",
                       "gnet run gnet.toml --only echo --set service.echo.port=0 --print-port"},
          .flags =
              {
                  {"",
                   "FILE",
                   &Options::file,
                   "the services, in TOML or JSON; see gnet.toml(5)",
                   {.positional = "FILE",
                    .completes = cli::Completes::file,
                    .command_line_only = true}},
                  {"--check",
                   &Options::check,
                   "say whether the file is good, and run nothing",
                   {.command_line_only = true,
                    .more = "What only the machine knows, such as a folder that is missing or a "
                            "port that is taken, is found when it is run."}},
                  {"--print",
                   &Options::print,
                   "print the options and where they come from",
                   {.command_line_only = true}},
                  {"--only",
                   "NAME",
                   &Options::only,
                   "run these services alone",
                   {.fallback = "all", .completes = cli::Completes::service}},
                  {"--except",
                   "NAME",
                   &Options::except,
                   "do not run these",
                   {.fallback = "none", .completes = cli::Completes::service}},
                  {"--set",
                   "KEY=VALUE",
                   &Options::set,
                   "an option in the place of the file's: service.NAME.KEY=VALUE",
                   {.fallback = "none", .completes = cli::Completes::service_key}},
                  {"--env-file",
                   "FILE",
                   &Options::env_file,
                   "variables beside those of the environment, NAME=VALUE each",
                   {.completes = cli::Completes::file}},
                  {"--watch", &Options::watch, "read the file again whenever it changes"},
                  {"--on-failure",
                   "WHAT",
                   &Options::on_failure,
                   "when a service has failed: continue with the others, or stop",
                   {.choices = {"continue", "stop"}}},
                  {"--allow-empty", &Options::allow_empty, "run also without any service"},
              },
          .shared = {cli::make_part(&Options::process, cli::process_part(), {})},
          .run = run,
      });
  return made;
}

}  // namespace commands
