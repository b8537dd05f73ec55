#include "commands/bridge_options.h"

#include <fmt/format.h>

#include <string_view>

#include "cli/out/failure.h"
#include "gnet/base/size.h"

namespace commands {
namespace {

using gnet::Endpoint;
using gnet::link::Framing;

bool has_framing(const BridgeOptions& options) {
  return options.framing != Framed::automatic || options.left_framing != Framed::automatic ||
         options.right_framing != Framed::automatic;
}

void check_ends(const BridgeOptions& options) {
  if (options.ends.size() != 2) {
    throw cli::UsageError(fmt::format("two endpoints are to be joined, not {}; see gnet bridge -h",
                                      options.ends.size()));
  }
  if (options.right().is_listen()) {
    throw cli::UsageError(fmt::format(
        "{}: the right side connects; the one that listens comes first", options.right().url()));
  }
  try {
    if (options.left().is_listen()) {
      options.left().check_listens();
    } else {
      options.left().check_connects();
    }
    options.right().check_connects();
  } catch (const gnet::BadEndpoint& error) {
    throw cli::UsageError(error.what());
  }
}

// Of the options of servers those that hold for a pair that was not asked for, too.
bool is_of_any_pair(std::string_view name) {
  return name == "--idle-timeout" || name == "--rate-limit" || name == "--rate-limit-total";
}

// What is only done for clients that come.
void check_listening(const BridgeOptions& options) {
  if (options.left().is_listen()) return;
  const auto refuse = [&](bool given, const char* flag) {
    if (given) {
      throw cli::UsageError(fmt::format("{} needs a left side that listens", flag),
                            fmt::format("tcp-l://… listens, {} does not", options.left().url()));
    }
  };
  refuse(options.broadcast != Share::off, "--broadcast");
  refuse(options.pool.number > 0, "--pool");
  for (const std::string& name : options.listen.typed) refuse(!is_of_any_pair(name), name.c_str());
}

// A PROXY header names one client, before which its connection is not made.
void check_header(const BridgeOptions& options) {
  if (options.to.send_proxy == cli::SendProxy::off) return;
  const auto refuse = [](bool given, const char* flag) {
    if (given) throw cli::UsageError(fmt::format("--send-proxy and {} exclude each other", flag));
  };
  refuse(options.broadcast != Share::off, "--broadcast");
  refuse(options.pool.number > 0, "--pool");
}

void check_ways(const BridgeOptions& options) {
  if (options.one_way && options.reverse) {
    throw cli::UsageError("--one-way and --reverse exclude each other");
  }
  if (options.exit_on_eof && options.wait) {
    throw cli::UsageError("--exit-on-eof and --wait exclude each other");
  }
  if (options.broadcast != Share::off && (options.one_way || options.reverse)) {
    throw cli::UsageError("--broadcast goes both ways");
  }
  if (options.json && options.left().is_listen() &&
      options.right().transport() == gnet::Transport::stdio) {
    throw cli::UsageError("--json needs standard output, which is the right side");
  }
}

void check_sizes(const BridgeOptions& options) {
  if (options.buffer_size.bytes < 4096 || options.buffer_size.bytes > (64U << 20U)) {
    throw cli::UsageError("--buffer-size must be from 4K to 64M");
  }
  if (options.pool.number > 1000) throw cli::UsageError("--pool must be at most 1000");
  // A stream of which something is missing is of no use to anybody.
  const bool messages =
      options.left().has_messages() || options.right().has_messages() || has_framing(options);
  if (options.loss.share > 0 && !messages) {
    throw cli::UsageError("--loss is for messages: a stream with holes is none",
                          "--framing line takes each line for one");
  }
}

void check_dump(const BridgeOptions& options) {
  if (is_capture(options) && options.dump != DumpAs::off) {
    throw cli::UsageError(
        fmt::format("{} is a capture file, for which --dump has no form", options.dump_file));
  }
  if (!options.dump_file.empty() && !is_capture(options) && options.dump == DumpAs::off) {
    throw cli::UsageError("--dump-file needs --dump, unless it ends with .pcap");
  }
}

std::optional<Framing> asked_for(Framed framed) {
  switch (framed) {
    case Framed::automatic:
      break;
    case Framed::line:
      return Framing::line;
    case Framed::null:
      return Framing::null;
    case Framed::length2:
      return Framing::length2;
    case Framed::length4:
      return Framing::length4;
    case Framed::raw:
      return Framing::raw;
  }
  return std::nullopt;
}

}  // namespace

void check(const BridgeOptions& options) {
  check_ends(options);
  check_listening(options);
  check_header(options);
  check_ways(options);
  check_sizes(options);
  check_dump(options);
}

Framing framing_of(const BridgeOptions& options, bool left) {
  if (const auto own = asked_for(left ? options.left_framing : options.right_framing)) return *own;
  if (const auto both = asked_for(options.framing)) return *both;
  // People write lines, and read them.
  const Endpoint& own = left ? options.left() : options.right();
  const Endpoint& other = left ? options.right() : options.left();
  const bool is_typed = own.transport() == gnet::Transport::stdio;
  return is_typed && other.has_messages() ? Framing::line : Framing::raw;
}

gnet::link::LineQuality line_quality(const BridgeOptions& options) {
  return {.delay = options.delay.base,
          .jitter = options.delay.jitter,
          .loss = options.loss.share,
          .bandwidth = options.bandwidth.bytes_per_second};
}

bool is_capture(const BridgeOptions& options) {
  return options.dump_file.ends_with(".pcap");
}

std::optional<gnet::link::DumpForm> dump_form(const BridgeOptions& options) {
  using gnet::link::DumpForm;
  switch (options.dump) {
    case DumpAs::off:
      break;
    case DumpAs::text:
      return DumpForm::text;
    case DumpAs::hex:
      return DumpForm::hex;
    case DumpAs::json:
      return DumpForm::json;
    case DumpAs::http:
      return DumpForm::http;
    case DumpAs::ws:
      return DumpForm::ws;
  }
  return std::nullopt;
}

}  // namespace commands
