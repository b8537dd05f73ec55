#include "cli/server/operations.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <charconv>

#include "cli/control/event_feed.h"
#include "cli/line/log_setup.h"
#include "cli/line/value.h"
#include "cli/out/failure.h"
#include "cli/out/plural.h"
#include "cli/server/access.h"
#include "cli/server/service_stats.h"
#include "gnet/base/error.h"
#include "gnet/base/name_pattern.h"
#include "gnet/base/size.h"
#include "gnet/base/version.h"
#include "gnet/diag/dump.h"
#include "gnet/fiber/wait.h"
#include "gnet/protocol/connection.h"

namespace cli {
namespace {

// What is asked more often tells nothing more.
constexpr gnet::Duration kShortestWatch = std::chrono::milliseconds(10);

// A stream of events shows at least so often that its client is still there.
constexpr gnet::Duration kFeedTurn = std::chrono::minutes(1);

std::int64_t milliseconds(gnet::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

gnet::Duration age_of(const Unit& unit) {
  return gnet::Clock::now() - unit.since();
}

template <typename T>
T value_of(const ControlRequest& request, std::string_view field, T otherwise) {
  if (!request.has(field)) return otherwise;
  try {
    read_value(request.field(field), otherwise);
    return otherwise;
  } catch (const BadValue& bad) {
    throw Failure(Exit::usage, fmt::format("bad value '{}' for '{}': {}", request.field(field),
                                           field, bad.what()));
  }
}

ControlReply with_text(std::string text) {
  ControlReply reply;
  reply.text = std::move(text);
  return reply;
}

std::uint64_t sessions(const Unit& unit) {
  return totals(unit.factories()).active;
}

std::vector<std::string> endpoints_of(const Unit& unit) {
  std::vector<std::string> endpoints;
  for (const Listening& where : unit.listening()) endpoints.push_back(where.endpoint);
  return endpoints;
}

gnet::LogLevel level_of(const std::string& text) {
  for (const gnet::LogLevel level :
       {gnet::LogLevel::trace, gnet::LogLevel::debug, gnet::LogLevel::info, gnet::LogLevel::warn,
        gnet::LogLevel::error, gnet::LogLevel::off}) {
    if (gnet::to_string(level) == text) return level;
  }
  throw Failure(Exit::usage,
                fmt::format("no level '{}': trace, debug, info, warn, error, off", text));
}

}  // namespace

void Operations::perform(const ControlRequest& request, ControlClient& client) {
  if (request.op == "stats") return stats(request, client);
  if (request.op == "events") return events(request, client);
  ControlReply reply;
  if (request.op == "list") {
    reply = list();
  } else if (request.op == "notify") {
    reply = notify(request);
  } else if (request.op == "add") {
    reply = add(request);
  } else if (request.op == "remove") {
    reply = remove(request);
  } else if (request.op == "reload") {
    reply = reload();
  } else if (request.op == "log-level") {
    reply = log_level(request);
  } else if (request.op == "shutdown") {
    reply = shutdown(request);
  } else if (request.op == "conns") {
    reply = connections(request);
  } else if (request.op == "kick") {
    reply = kick(request);
  } else if (request.op == "fibers") {
    reply = fibers();
  } else if (request.op == "config") {
    reply = config(request);
  } else if (request.op == "endpoints") {
    reply = endpoints(request);
  } else if (request.op == "help") {
    reply = help();
  } else {
    reply = change(request);
  }
  client.reply(reply);
}

// ---- whom it is about ----

Unit& Operations::unit(const ControlRequest& request) const {
  const std::string& name = request.field("service");
  for (Unit* one : instance_.units()) {
    if (one->name() == name) return *one;
  }
  throw Failure(Exit::no_instance, fmt::format("there is no service '{}'", name));
}

UnitsInUse Operations::chosen(const ControlRequest& request) const {
  if (request.has("service")) return UnitsInUse({&unit(request)});
  return UnitsInUse(instance_.units());
}

// ---- what there is ----

ControlReply Operations::list() const {
  std::vector<JsonObject> services;
  std::vector<std::vector<std::string>> rows{
      {"SERVICE", "TYPE", "STATE", "SINCE", "SESSIONS", "ENDPOINTS"}};
  const UnitsInUse units(instance_.units());
  for (Unit* one : units) {
    const std::vector<std::string> endpoints = endpoints_of(*one);
    const std::uint64_t count = sessions(*one);
    services.push_back(JsonObject()
                           .add("name", one->name())
                           .add("type", one->type())
                           .add("state", to_string(one->state()))
                           .add("since_ms", milliseconds(age_of(*one)))
                           .add("sessions", count)
                           .add("restarts", one->restarts())
                           .add("endpoints", endpoints));
    rows.push_back({one->name(), one->type(), std::string(to_string(one->state())),
                    gnet::format_duration(age_of(*one), 1), std::to_string(count),
                    fmt::format("{}", fmt::join(endpoints, " "))});
  }
  ControlReply reply;
  reply.facts.add("instance", instance_.name())
      .add("command", instance_.command())
      .add("version", gnet::version())
      .add("pid", getpid())
      .raw("services", json_list(services));
  reply.text =
      fmt::format("{} (gnet {}, pid {})\n", instance_.name(), instance_.command(), getpid()) +
      text_table(rows);
  return reply;
}

ControlReply Operations::endpoints(const ControlRequest& request) const {
  const Unit& one = unit(request);
  std::vector<std::string> ports;
  std::string text;
  const bool port_only = request.has("port-only");
  for (const Listening& where : one.listening()) {
    if (!where.primary) continue;
    if (where.port != 0) ports.push_back(std::to_string(where.port));
    if (!port_only) text += where.endpoint + "\n";
    if (port_only && where.port != 0) text += ports.back() + "\n";
  }
  if (text.empty()) {
    return ControlReply::failure(Exit::negative, fmt::format("'{}' does not listen{}", one.name(),
                                                             port_only ? " on a port" : ""));
  }
  ControlReply reply = with_text(text);
  std::string list;
  for (const std::string& port : ports) list += (list.empty() ? "" : ",") + port;
  reply.facts.add("service", one.name())
      .add("endpoints", endpoints_of(one))
      .raw("ports", "[" + list + "]");
  return reply;
}

ControlReply Operations::config(const ControlRequest& request) const {
  const Unit* const one = request.has("service") ? &unit(request) : nullptr;
  ControlReply reply = with_text(instance_.config(one, false));
  std::string options = instance_.config(one, true);
  if (options.ends_with('\n')) options.pop_back();
  reply.facts.raw("options", options);
  return reply;
}

ControlReply Operations::fibers() const {
  std::string text = gnet::diag::dump();
  const auto& hubs = instance_.hubs();
  for (std::size_t hub = 1; hubs && hub < hubs->size(); ++hub) {
    text += fmt::format("thread {}:\n{}", hub, hubs->run(hub, [] { return gnet::diag::dump(); }));
  }
  ControlReply reply = with_text(text);
  reply.facts.add("fibers", text);
  return reply;
}

void Operations::stats(const ControlRequest& request, ControlClient& client) const {
  const auto interval = value_of(request, "watch", gnet::Duration::zero());
  if (request.has("watch") && interval < kShortestWatch) {
    throw Failure(Exit::usage, "'watch' must be 10ms or more");
  }
  const std::string& format = request.field("format");
  if (!format.empty() && format != "prometheus" && format != "table") {
    throw Failure(Exit::usage, fmt::format("no format '{}': table, prometheus", format));
  }
  ServiceStats stats(instance_);
  client.reply(stats.take(chosen(request), format == "prometheus"));
  if (interval == gnet::Duration::zero()) return;
  client.while_there([&] {
    for (;;) {
      gnet::sleep(interval);
      client.reply(stats.take(chosen(request), format == "prometheus"));
    }
  });
}

void Operations::events(const ControlRequest& request, ControlClient& client) {
  EventFeed feed(request.field("filter"));
  ControlReply begun = with_text("following events\n");
  begun.facts.add("filter", request.field("filter"));
  client.reply(begun);
  client.while_there([&] {
    for (;;) {
      const auto line = feed.next(gnet::Deadline(kFeedTurn));
      if (line) client.line(*line);
      if (const std::uint64_t dropped = feed.take_dropped(); dropped > 0) {
        client.line(event("dropped").add("lines", dropped).text());
      }
    }
  });
}

ControlReply Operations::help() {
  std::vector<std::vector<std::string>> rows;
  std::vector<JsonObject> operations;
  for (const ControlOperation& one : control_operations()) {
    std::string usage(one.name);
    for (std::size_t i = 0; i < one.arguments.size(); ++i) {
      const std::string_view argument = one.arguments[i];
      usage += i < one.needed ? fmt::format(" {}", argument) : fmt::format(" [{}]", argument);
    }
    for (const std::string_view option : one.options) usage += fmt::format(" [--{}]", option);
    operations.push_back(
        JsonObject().add("op", one.name).add("usage", usage).add("about", one.summary));
    rows.push_back({usage, std::string(one.summary)});
  }
  ControlReply reply = with_text(text_table(rows));
  reply.facts.raw("operations", json_list(operations));
  return reply;
}

// ---- what is done ----

ControlReply Operations::notify(const ControlRequest& request) const {
  std::vector<JsonObject> results;
  std::string text;
  std::size_t heard = 0;
  std::size_t failed = 0;
  const UnitsInUse units(instance_.units());
  for (Unit* one : units) {
    if (!gnet::matches_name(request.field("service"), one->name())) continue;
    std::string error;
    bool hears = false;
    try {
      hears = one->notify(request.field("message"));
    } catch (const std::exception& problem) {
      error = gnet::describe(problem);
    }
    heard += hears ? 1 : 0;
    failed += error.empty() ? 0 : 1;
    JsonObject result;
    result.add("service", one->name()).add("heard", hears);
    if (!error.empty()) result.add("error", error);
    results.push_back(std::move(result));
    const std::string what = hears ? "told" : "has no use for messages";
    text += fmt::format("{}: {}\n", one->name(), error.empty() ? what : "failed: " + error);
  }
  if (results.empty()) {
    throw Failure(Exit::no_instance,
                  fmt::format("no service matches '{}'", request.field("service")));
  }
  tell_event(event("notify").add("pattern", request.field("service")).add("heard", heard), false);
  ControlReply reply = with_text(text);
  if (failed > 0 || heard == 0) {
    reply.code = Exit::negative;
    reply.message =
        failed > 0 ? fmt::format("{} failed", plural(failed, "service")) : "nobody has heard it";
  }
  reply.facts.raw("results", json_list(results));
  return reply;
}

ControlReply Operations::change(const ControlRequest& request) {
  Unit& one = unit(request);
  const auto change = std::make_shared<Unit::Change>(one);
  const std::string& op = request.op;
  const bool waits = request.has("wait") || request.has("timeout");
  const auto patience = value_of(request, "timeout", gnet::Duration::zero());
  const gnet::Deadline grace =
      op == "drain" ? gnet::Deadline::never() : gnet::Deadline(one.grace());
  auto cut = std::make_shared<std::size_t>(0);
  auto work = changes_.spawn([&one, change, op, grace, cut] {
    if (op == "stop" || op == "drain") *cut = one.stop(grace);
    if (op == "start") one.start();
    if (op == "restart") one.restart();
    if (op == "pause") one.pause();
    if (op == "resume") one.resume();
  });
  ControlReply reply;
  // Beginning and resting take no time, and may fail.
  const bool is_short = op != "stop" && op != "drain";
  if (is_short || waits) {
    const gnet::Deadline deadline =
        patience > gnet::Duration::zero() ? gnet::Deadline(patience) : gnet::Deadline::never();
    if (!work.join(deadline)) {
      return ControlReply::failure(
          Exit::timeout, fmt::format("'{}' is still {}", one.name(), to_string(one.state())));
    }
    if (const std::exception_ptr failure = work.exception()) std::rethrow_exception(failure);
  } else {
    gnet::yield();  // it has begun
  }
  reply.facts.add("service", one.name()).add("state", to_string(one.state()));
  if (waits) reply.facts.add("cut", *cut);
  reply.text = fmt::format("{} is {}\n", one.name(), to_string(one.state()));
  return reply;
}

ControlReply Operations::remove(const ControlRequest& request) {
  Unit& one = unit(request);
  const auto patience = value_of(request, "timeout", one.grace());
  const std::size_t cut = instance_.remove(one, gnet::Deadline(patience));
  ControlReply reply;
  reply.facts.add("service", request.field("service")).add("cut", cut);
  return reply;
}

ControlReply Operations::add(const ControlRequest& request) {
  const Unit& one = instance_.add(request.field("service"), request.field("type"), request.words);
  ControlReply reply;
  reply.facts.add("service", one.name())
      .add("state", to_string(one.state()))
      .add("endpoints", endpoints_of(one));
  for (const std::string& endpoint : endpoints_of(one)) reply.text += endpoint + "\n";
  return reply;
}

ControlReply Operations::reload() {
  const Instance::Reload done = instance_.reload();
  ControlReply reply;
  if (!done.ok) reply = ControlReply::failure(Exit::negative, done.message);
  reply.facts.add("changed", done.changed).add("restart", done.restart);
  if (done.ok) reply.text = fmt::format("{} changed\n", plural(done.changed.size(), "option"));
  if (!done.restart.empty()) {
    reply.text += fmt::format("a restart is needed for: {}\n", fmt::join(done.restart, ", "));
  }
  return reply;
}

ControlReply Operations::log_level(const ControlRequest& request) const {
  const gnet::LogLevel level = level_of(request.field("level"));
  const std::string service = request.has("service") ? unit(request).name() : std::string();
  change_log_level(level, service);
  ControlReply reply;
  reply.facts.add("level", gnet::to_string(level));
  return reply;
}

ControlReply Operations::shutdown(const ControlRequest& request) {
  instance_.shutdown(request.has("now"));
  return {};
}

// ---- connections ----

ControlReply Operations::connections(const ControlRequest& request) const {
  std::vector<JsonObject> all;
  std::vector<std::vector<std::string>> rows{
      {"ID", "SERVICE", "PEER", "STATE", "AGE", "IN", "OUT"}};
  const UnitsInUse units = chosen(request);
  for (Unit* one : units) {
    for (gnet::Factory* factory : Factories(one->factories())) {
      factory->visit_connections([&](gnet::Connection& connection) {
        const gnet::Duration age = gnet::Clock::now() - connection.connected_since();
        all.push_back(JsonObject()
                          .add("id", connection.session_id())
                          .add("service", one->name())
                          .add("peer", connection.peer().to_string())
                          .add("state", to_string(connection.state()))
                          .add("age_ms", milliseconds(age))
                          .add("rx_bytes", connection.received_bytes())
                          .add("tx_bytes", connection.sent_bytes()));
        rows.push_back({std::to_string(connection.session_id()), one->name(),
                        connection.peer().to_string(), std::string(to_string(connection.state())),
                        gnet::format_duration(age, 1),
                        gnet::format_size(connection.received_bytes()),
                        gnet::format_size(connection.sent_bytes())});
      });
    }
  }
  ControlReply reply = with_text(text_table(rows));
  reply.facts.raw("connections", json_list(all));
  return reply;
}

ControlReply Operations::kick(const ControlRequest& request) const {
  std::optional<AccessRule> peers;
  const auto id = value_of(request, "id", Count{}).number;
  if (request.has("peer")) {
    try {
      peers = AccessRule::parse("allow " + request.field("peer"));
    } catch (const std::exception& bad) {
      throw Failure(Exit::usage, fmt::format("bad value '{}' for 'peer': {}", request.field("peer"),
                                             bad.what()));
    }
  }
  std::vector<std::uint64_t> kicked;
  const UnitsInUse units(instance_.units());
  for (Unit* one : units) {
    for (gnet::Factory* factory : Factories(one->factories())) {
      factory->visit_connections([&](gnet::Connection& connection) {
        const gnet::SocketAddress& peer = connection.peer_address();
        const auto address = peer.ip();
        const bool meant =
            peers ? address && peers->matches(*address) : connection.session_id() == id;
        if (!meant) return;
        kicked.push_back(connection.session_id());
        connection.abort();
      });
    }
  }
  if (kicked.empty()) return ControlReply::failure(Exit::negative, "there is no such connection");
  ControlReply reply = with_text(fmt::format("{} reset\n", plural(kicked.size(), "connection")));
  reply.facts.add("kicked", kicked.size());
  return reply;
}

}  // namespace cli
