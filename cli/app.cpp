#include "cli/app.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <asio/version.hpp>
#include <new>
#include <system_error>

#include "cli/line/completion.h"
#include "cli/line/help.h"
#include "cli/line/live_options.h"
#include "cli/line/log_setup.h"
#include "cli/line/secrets.h"
#include "cli/line/settings.h"
#include "cli/line/watchdog.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/base/version.h"
#include "gnet/io/tls_error.h"

namespace cli {
namespace {

#ifdef __clang__
constexpr std::string_view kCompiler = "Clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "GCC " __VERSION__;
#endif

// --json as far as it can be known before the command line is understood.
bool wants_json(const Words& arguments) {
  const auto end = std::ranges::find(arguments, "--");
  return std::any_of(arguments.begin(), end,
                     [](const std::string& word) { return word == "-j" || word == "--json"; });
}

GlobalOptions root_options(const CommandLine& line) {
  GlobalOptions options;
  std::vector<Setting> settings;
  for (const Occurrence& occurrence : line.occurrences) {
    settings.push_back({occurrence.flag, occurrence.word});
  }
  apply_settings(settings, &options);
  return options;
}

Exit run_without_command(const CommandLine& line) {
  const GlobalOptions options = root_options(line);
  if (options.version) {
    show_version(options.json);
    return Exit::ok;
  }
  if (!options.help.empty()) {
    show_help(nullptr, false, options);
    return Exit::ok;
  }
  const HelpLayout layout{help_width(), {wants_color(STDERR_FILENO, options.color)}};
  write_all(STDERR_FILENO, "gnet: a command is missing\n\n" + overview(commands(), layout));
  return Exit::usage;
}

// "gnet echo-server help" means what it seems to mean.
bool asks_politely(const Words& arguments) {
  return arguments.size() == 2 && arguments[1] == "help" && arguments[0] != "help" &&
         find_command(arguments[0]) != nullptr;
}

// A file may set what is of no use for now; who types it wants it to be of use.
void check_needs(const CommandLine& line, const std::vector<Setting>& settings) {
  for (const Occurrence& occurrence : line.occurrences) {
    const std::string& needed = occurrence.flag->needs;
    if (needed.empty()) continue;
    const bool has_it = std::ranges::any_of(
        settings, [&](const Setting& setting) { return setting.flag->name() == needed; });
    if (!has_it) throw UsageError(occurrence.flag->name() + " needs " + needed);
  }
}

Exit run_command(const CommandLine& line) {
  const Command& command = *line.command;
  const Words help = line.words("--help");
  if (!help.empty()) {
    const Words color = line.words("--color");
    GlobalOptions options;
    if (!color.empty()) line.command->find("--color")->assign(&options, color.back());
    const bool all = !help.empty() && help.back() == "all";
    show_help(&command, all, options);
    return Exit::ok;
  }
  const auto secrets = hide_secrets(line);
  const std::vector<Setting> settings = resolve(line);
  const auto options = command.make_options();
  apply_settings(settings, options.get());
  check_needs(line, settings);
  const GlobalOptions& global = command.global(options.get());
  if (global.version) {
    show_version(global.json);
    return Exit::ok;
  }
  if (global.explain) {
    print(explain(command, settings, options.get(), global.json));
    return Exit::ok;
  }
  set_up_log(global);
  if (!secrets.empty() && global.verbose.times > 0) {
    gnet::Logger("gnet").warn(
        "{}: others could read it for a moment; files and variables are safer",
        secrets.front()->name());
  }
  for (const std::string& sentence : strange_variables()) gnet::Logger("gnet").warn("{}", sentence);
  command.check(options.get());
  set_live_options({line, settings, options});
  std::vector<std::shared_ptr<void>> prepared;
  for (const Part& part : command.parts) {
    if (part.prepare) prepared.push_back(part.prepare(options.get()));
  }
  set_watchdog(global.watchdog);
  return command.run(options.get());
}

// How many -v there are, as far as that can be known before the command line is understood.
std::size_t verbosity(const Words& arguments) {
  std::size_t times = 0;
  for (const std::string& word : arguments) {
    if (word == "--") break;
    const bool short_form = word.size() > 1 && word.find_first_not_of('v', 1) == std::string::npos;
    if (word == "--verbose") ++times;
    if (word.starts_with('-') && short_form) times += word.size() - 1;
  }
  return times;
}

// Descriptors may run out at anything: it is the limit that has to be told.
Failure with_file_limit(const Failure& failure) {
  const std::error_code& cause = failure.cause();
  rlimit files{};
  if (cause != std::errc::too_many_files_open || getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return failure;
  }
  return {Exit::io,
          fmt::format("{}; this process may open only {}, see ulimit -n", failure.what(),
                      files.rlim_cur),
          failure.hint(), failure.endpoint(), cause};
}

// What can be done about certificates: all commands whose failures are of TLS have
// client_tls_flags().
Failure with_advice(const Failure& failure) {
  const std::error_code& cause = failure.cause();
  const char* hint = cause == gnet::TLSErrc::certificate
                         ? "--cacert FILE or --pin sha256//BASE64 trusts it, -k trusts anybody"
                     : cause == gnet::TLSErrc::refused ? "--cert FILE is what to show to the server"
                                                       : nullptr;
  if (hint == nullptr || !failure.hint().empty()) return failure;
  return {failure.code(), failure.what(), hint, failure.endpoint(), cause};
}

int fail(const Failure& given, std::string_view command, const Words& arguments) {
  const bool usage = dynamic_cast<const UsageError*>(&given) != nullptr;
  const Failure full = with_advice(with_file_limit(given));
  const Failure& failure = usage ? given : full;
  report(failure, command, wants_json(arguments), verbosity(arguments) > 1);
  return static_cast<int>(failure.code());
}

// What nobody was prepared for, in its handler.
Failure bug() {
  return {Exit::internal, "internal error: " + gnet::describe(std::current_exception()),
          "this is a defect; please report it"};
}

}  // namespace

Words arguments_of(const Words& argv) {
  if (argv.empty()) return {};
  Words arguments(argv.begin() + 1, argv.end());
  const std::string name = argv.front().substr(argv.front().rfind('/') + 1);
  if (name.starts_with("gnet-") && find_command(name.substr(5)) != nullptr) {
    arguments.insert(arguments.begin(), name.substr(5));
  }
  return arguments;
}

int run(const Words& arguments) {
  std::string_view name;
  try {
    if (!arguments.empty() && arguments.front() == "__complete") {
      answer_shell({arguments.begin() + 1, arguments.end()});
      return static_cast<int>(Exit::ok);
    }
    if (asks_politely(arguments)) {
      show_help(find_command(arguments.front()), false, {});
      return static_cast<int>(Exit::ok);
    }
    CommandLine line;
    try {
      line = parse(arguments);
    } catch (const UsageError&) {
      if (!asks_for_help(arguments)) throw;
      const auto named = std::ranges::find_if(
          arguments, [](const std::string& word) { return find_command(word) != nullptr; });
      show_help(named == arguments.end() ? nullptr : find_command(*named), false, {});
      return static_cast<int>(Exit::ok);
    }
    if (line.command == nullptr) return static_cast<int>(run_without_command(line));
    name = line.command->name;
    return static_cast<int>(run_command(line));
  } catch (const Failure& failure) {
    return fail(failure, name, arguments);
  } catch (const std::bad_alloc&) {
    return fail({Exit::io, "out of memory"}, name, arguments);
  } catch (const gnet::BadEndpoint& error) {
    return fail(UsageError(error.what()), name, arguments);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::too_many_files_open) return fail(bug(), name, arguments);
    return fail({Exit::io, gnet::describe(error), {}, {}, error.code()}, name, arguments);
  } catch (...) {
    return fail(bug(), name, arguments);
  }
}

void show_help(const Command* command, bool all, const GlobalOptions& options) {
  const HelpLayout layout{help_width(), {wants_color(STDOUT_FILENO, options.color)}};
  print_paged(command == nullptr ? overview(commands(), layout)
                                 : command_help(*command, all, layout));
}

void show_version(bool json) {
  const std::string asio =
      fmt::format("{}.{}.{}", ASIO_VERSION / 100000, ASIO_VERSION / 100 % 1000, ASIO_VERSION % 100);
  const std::string fmt_version =
      fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
  if (!json) {
    print(fmt::format("gnet {}\nbuilt with {}, Asio {}, fmt {}\n", gnet::version(), kCompiler, asio,
                      fmt_version));
    return;
  }
  JsonObject document;
  document.add("name", "gnet").add("version", gnet::version()).add("compiler", kCompiler);
  document.add("asio", asio).add("fmt", fmt_version);
  print_line(document.text());
}

}  // namespace cli
