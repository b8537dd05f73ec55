// gnet ctl: asks a running gnet process, and has it do things.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/control/asking.h"
#include "cli/control/places.h"
#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "commands/commands.h"
#include "gnet/fiber/fiber.h"
#include "gnet/os/stop_signals.h"
#include "gnet/sync/event.h"

namespace commands {
namespace {

using cli::ControlOperation;
using cli::ControlRequest;

// Who does not answer by then has a hub that is stuck.
constexpr gnet::Duration kAnswerTime = std::chrono::seconds(10);

// What a shell waits for while a word is typed.
constexpr gnet::Duration kCompletionTime = std::chrono::milliseconds(200);

struct Options : cli::GlobalOptions {
  std::vector<std::string> words;
  std::string socket;
  std::string name;
  bool wait = false;
  gnet::Duration timeout{};
  gnet::Duration watch{};
  bool prometheus = false;
  bool port_only = false;
  bool now = false;
  std::string peer;
  std::string filter;
};

// ---- what is asked ----

std::string message_of(const std::vector<std::string>& words, std::size_t first) {
  std::string message;
  for (std::size_t i = first; i < words.size(); ++i) {
    message += (message.empty() ? "" : " ") + words[i];
  }
  if (message != "-") return message;
  message.clear();
  char block[4096];
  for (ssize_t size = 0; (size = read(STDIN_FILENO, block, sizeof block)) > 0;) {
    message.append(block, static_cast<std::size_t>(size));
    if (message.size() > ControlRequest::kLongest) throw cli::UsageError("a message is too long");
  }
  if (message.ends_with('\n')) message.pop_back();
  return message;
}

void set_option(ControlRequest& request, const ControlOperation& operation, std::string_view name,
                std::string value) {
  const auto& options = operation.options;
  if (std::ranges::find(options, name) == options.end()) {
    throw cli::UsageError(fmt::format("'{}' has no --{}", operation.name, name));
  }
  request.fields.emplace(name, std::move(value));
}

std::string known_operations() {
  std::string names;
  for (const ControlOperation& one : cli::control_operations()) {
    names += (names.empty() ? "" : ", ") + std::string(one.name);
  }
  return "there are " + names;
}

ControlRequest request_of(const Options& options) {
  if (options.words.empty()) {
    throw cli::UsageError("ctl needs an operation", known_operations());
  }
  const std::string& name = options.words.front();
  const ControlOperation* const operation = cli::find_control_operation(name);
  // Which says what is meant.
  if (operation == nullptr) static_cast<void>(cli::parse_request("{\"op\":\"" + name + "\"}"));
  ControlRequest request;
  request.op = name;
  request.with_text = !options.json;
  std::size_t next = 1;
  for (const std::string_view argument : operation->arguments) {
    if (next >= options.words.size()) break;
    const bool takes_rest =
        operation->rest == ControlOperation::Rest::text && argument == operation->arguments.back();
    request.fields.emplace(argument,
                           takes_rest ? message_of(options.words, next) : options.words[next]);
    next = takes_rest ? options.words.size() : next + 1;
  }
  if (operation->rest == ControlOperation::Rest::words) {
    while (next < options.words.size()) request.words.push_back(options.words[next++]);
  }
  if (next < options.words.size()) {
    throw cli::UsageError(
        fmt::format("unexpected argument '{}' for 'ctl {}'", options.words[next], name));
  }
  const auto duration = [](gnet::Duration value) { return gnet::format_duration(value); };
  if (options.wait) set_option(request, *operation, "wait", "on");
  if (options.timeout > gnet::Duration::zero() && !operation->options.empty() &&
      std::ranges::find(operation->options, "timeout") != operation->options.end()) {
    set_option(request, *operation, "timeout", duration(options.timeout));
  }
  if (options.watch > gnet::Duration::zero()) {
    set_option(request, *operation, "watch", duration(options.watch));
  }
  if (options.prometheus) set_option(request, *operation, "format", "prometheus");
  if (options.port_only) set_option(request, *operation, "port-only", "on");
  if (options.now) set_option(request, *operation, "now", "on");
  if (!options.peer.empty()) set_option(request, *operation, "peer", options.peer);
  if (!options.filter.empty()) set_option(request, *operation, "filter", options.filter);
  static_cast<void>(cli::parse_request(request.to_json()));  // says what it lacks
  return request;
}

// ---- who is asked ----

std::string socket_of(const Options& options) {
  if (!options.socket.empty()) return options.socket;
  if (!options.name.empty()) return cli::socket_of(options.name);
  std::vector<cli::FoundSocket> alive;
  for (const cli::FoundSocket& found : cli::find_sockets()) {
    try {
      const cli::ControlConnection there(found.path, gnet::Deadline(kAnswerTime));
      alive.push_back(found);
    } catch (const cli::Failure&) {
      // Left behind by a process that has gone.
    }
  }
  if (alive.size() == 1) return alive.front().path;
  if (alive.empty()) {
    throw cli::Failure(cli::Exit::no_instance, "no process runs that can be controlled",
                       "one that is given --name can");
  }
  std::string names;
  for (const cli::FoundSocket& found : alive) names += (names.empty() ? "" : ", ") + found.name;
  throw cli::UsageError(fmt::format("there are several processes: {}", names),
                        "--name says which is meant");
}

// ---- what comes of it ----

cli::Exit show(const cli::ControlAnswer& answer, const Options& options) {
  if (options.json) {
    cli::print_line(answer.line);
  } else if (answer.code == cli::Exit::ok) {
    const bool says_nothing = answer.text == "ok\n";
    if (!says_nothing || options.verbose.times > 0) cli::print(answer.text);
  } else {
    // The last line of it is the message, which main() prints.
    const std::size_t error = answer.text.rfind("error: ");
    cli::print(std::string_view(answer.text).substr(0, error));
    throw cli::Failure(answer.code, answer.message);
  }
  return answer.code;
}

cli::Exit list_all(const Options& options) {
  std::vector<std::string> documents;
  std::string text;
  ControlRequest request;
  request.op = "list";
  request.with_text = !options.json;
  for (const cli::FoundSocket& found : cli::find_sockets()) {
    try {
      cli::ControlConnection control(found.path, gnet::Deadline(kAnswerTime));
      const auto answer = control.ask(request, gnet::Deadline(kAnswerTime));
      documents.push_back(answer.line);
      text += (text.empty() ? "" : "\n") + answer.text;
    } catch (const cli::Failure&) {
      // Left behind by a process that has gone, or one that does not answer.
    }
  }
  if (documents.empty()) {
    throw cli::Failure(cli::Exit::no_instance, "no process runs that can be controlled",
                       "one that is given --name can");
  }
  if (!options.json) return cli::print(text), cli::Exit::ok;
  for (const std::string& document : documents) cli::print_line(document);
  return cli::Exit::ok;
}

bool is_stream(const Options& options, const ControlRequest& request) {
  return request.op == "events" || options.watch > gnet::Duration::zero();
}

cli::Exit follow(cli::ControlConnection& control, const Options& options, bool is_events) {
  while (auto line = control.receive(gnet::Deadline::never())) {
    if (is_events) {
      cli::print_line(*line);
    } else {
      const cli::Exit status = show(cli::parse_answer(std::move(*line)), options);
      if (status != cli::Exit::ok) return status;
    }
  }
  return cli::Exit::ok;  // the process has ended
}

cli::Exit ask(const Options& options, const ControlRequest& request) {
  cli::ControlConnection control(socket_of(options), gnet::Deadline(kAnswerTime));
  const bool waits = request.has("wait") || request.has("timeout");
  const gnet::Deadline deadline = waits ? gnet::Deadline::never() : gnet::Deadline(kAnswerTime);
  const auto answer = control.ask(request, deadline);
  const bool begins_events = request.op == "events" && answer.code == cli::Exit::ok;
  // From then on nothing is missed.
  if (begins_events) cli::print_line(cli::event("following").text());
  const cli::Exit status = begins_events ? cli::Exit::ok : show(answer, options);
  if (status != cli::Exit::ok || !is_stream(options, request)) return status;
  return follow(control, options, begins_events);
}

cli::Exit run(const Options& options) {
  try {
    const ControlRequest request = request_of(options);
    const bool of_all = request.op == "list" && options.name.empty() && options.socket.empty();
    if (of_all) return list_all(options);
    if (!is_stream(options, request)) return ask(options, request);
    // Ctrl-C is how one stops to follow.
    gnet::Event over;
    const gnet::StopSignals signals([&](int) { over.set(); });
    auto work = gnet::spawn({.name = "ctl"}, [&] { return ask(options, request); });
    work.link_inline([&](gnet::AnyFiber&) { over.set(); });
    over.wait();
    work.kill();
    if (const std::exception_ptr failure = work.exception()) std::rethrow_exception(failure);
    const cli::Exit* const status = work.value();
    return status != nullptr ? *status : cli::Exit::ok;
  } catch (const cli::BadRequest& bad) {
    throw cli::UsageError(bad.what(), known_operations());
  }
}

// ---- the command line ----

// "add NAME TYPE …": the type and what follows is the command line of a service.
std::size_t own_words(const cli::Words& words) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") return words.size();
    if (words[i].starts_with('-')) {
      const cli::Flag* const flag = ctl().find(words[i]);
      if (flag != nullptr && !flag->is_switch() && flag->bare.empty()) ++i;
    } else if (++plain == 1 && words[i] != "add") {
      return words.size();
    } else if (plain == 2) {
      return i + 1;
    }
  }
  return words.size();
}

cli::Command::Offers running_services() {
  cli::Command::Offers offers;
  ControlRequest request;
  request.op = "list";
  for (const cli::FoundSocket& found : cli::find_sockets()) {
    try {
      cli::ControlConnection control(found.path, gnet::Deadline(kCompletionTime));
      const auto answer = control.ask(request, gnet::Deadline(kCompletionTime));
      for (const std::string& service : answer.services) offers.emplace_back(service, found.name);
    } catch (const cli::Failure&) {
      // Nobody is there.
    }
  }
  return offers;
}

cli::Command::Offers offers(const cli::Words& words) {
  cli::Command::Offers found;
  if (words.empty()) {
    for (const ControlOperation& one : cli::control_operations()) {
      found.emplace_back(one.name, one.summary);
    }
    return found;
  }
  const ControlOperation* const operation = cli::find_control_operation(words.front());
  if (operation == nullptr || words.size() > operation->arguments.size()) return found;
  const std::string_view argument = operation->arguments[words.size() - 1];
  if (argument == "service" && words.front() != "add") return running_services();
  if (argument == "level") {
    for (const char* level : {"trace", "debug", "info", "warn", "error", "off"}) {
      found.emplace_back(level, "");
    }
  }
  if (argument == "type") {
    for (const cli::Command* command : cli::commands()) {
      if (command->service != cli::ServiceKind::none) {
        found.emplace_back(command->name, command->summary);
      }
    }
  }
  return found;
}

}  // namespace

const cli::Command& ctl() {
  static const cli::Command
      made =
          cli::command<Options>(
              {
                  .name = "ctl",
                  .group = "Control",
                  .arguments = "OPERATION [ARGUMENT]...",
                  .summary = "ask a running gnet process, and have it do things",
                  .about = "Ask a running gnet process that has a --name, or have it do things.",
                  .examples = {"gnet ctl list", "gnet ctl notify '*' hello",
                               "gnet ctl stats --watch 1s --name demo"},
                  .flags =
                      {
                          {"",
                           "OPERATION",
                           &Options::words,
                           "what is asked for: list, stats, notify, stop and so on",
                           {.positional = "OPERATION", .command_line_only = true}},
                          {"--socket",
                           "PATH",
                           &Options::socket,
                           "the control socket of the process",
                           {.completes = cli::Completes::file, .command_line_only = true}},
                          {"--name",
                           "NAME",
                           &Options::name,
                           "the process of that name",
                           {.fallback = "the only one", .command_line_only = true}},
                          {"--wait",
                           &Options::wait,
                           "return when it has been done",
                           {.command_line_only = true,
                            .more =
                                "Of *stop*, *drain*, *start*, *restart*, *pause* and *resume*."}},
                          {"-t,--timeout",
                           "D",
                           &Options::timeout,
                           "wait at most so long",
                           {.fallback = "no limit", .command_line_only = true}},
                          {"--watch",
                           "D",
                           &Options::watch,
                           "of stats: again every D, with the rates since then",
                           {.fallback = "once", .command_line_only = true}},
                          {"--prometheus",
                           &Options::prometheus,
                           "of stats: as Prometheus reads it",
                           {.command_line_only = true}},
                          {"--port-only",
                           &Options::port_only,
                           "of endpoints: nothing but ports",
                           {.command_line_only = true}},
                          {"--now",
                           &Options::now,
                           "of shutdown: connections are cut at once",
                           {.command_line_only = true}},
                          {"--peer",
                           "CIDR",
                           &Options::peer,
                           "of kick: all connections of these addresses",
                           {.fallback = "none", .command_line_only = true}},
                          {"--filter",
                           "LIST",
                           &Options::filter,
                           "of events: those of these names, as patterns",
                           {.fallback = "all", .command_line_only = true}},
                      },
                  .run = run,
                  .own_words = own_words,
                  .offers = offers,
              });
  return made;
}

}  // namespace commands
