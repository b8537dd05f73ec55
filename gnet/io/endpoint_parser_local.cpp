// Reading endpoints: programs, files and what else is no socket.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gnet/base/decimal.h"
#include "gnet/base/words.h"
#include "gnet/io/endpoint_parser.h"
#include "gnet/io/endpoint_schemes.h"
#include "gnet/io/endpoint_text.h"
#include "gnet/io/socat_options.h"

namespace gnet {
namespace {

using detail::all_digits;
using detail::equal_ignoring_case;
using detail::is_digit;
using detail::is_letter;
using detail::LocalTarget;
using detail::lowered;
using detail::split;

// Of files: the way that a file is used says it.
constexpr std::array<std::string_view, 5> kIgnoredOfFiles = {"creat", "create", "rdonly", "wronly",
                                                             "rdwr"};

}  // namespace

// exec:cat, fd:3, file:/etc/motd, and what socat calls them.
void EndpointParser::parse_local(std::string_view scheme, std::string_view rest) {
  if (equal_ignoring_case(scheme, "stdin") || equal_ignoring_case(scheme, "stdout")) {
    refuse_rest(scheme, rest);
    endpoint_.name_ = equal_ignoring_case(scheme, "stdin") ? "0" : "1";
    return;
  }
  if (equal_ignoring_case(scheme, "pipe") && !rest.empty()) {  // a FIFO
    endpoint_.transport_ = Transport::file;
    return parse_open(rest);
  }
  if (equal_ignoring_case(scheme, "open") || equal_ignoring_case(scheme, "gopen")) {
    return parse_open(rest);
  }
  switch (detail::local_target(endpoint_.transport_)) {
    case LocalTarget::nothing:
      return refuse_rest(scheme, rest);
    case LocalTarget::command:
      return set_command(scheme, rest);
    case LocalTarget::text:
      endpoint_.name_ = percent_decoded(rest);
      return;
    default:
      break;
  }
  if (rest.starts_with("//")) rest.remove_prefix(2);
  const auto [target, query] = split(rest, '?');
  endpoint_.name_ = percent_decoded(target);
  check_local_name(endpoint_.name_);
  parse_query(query);
}

void EndpointParser::check_local_name(const std::string& name) {
  if (endpoint_.transport_ == Transport::file) {
    if (name.empty()) fail("path is missing");
    if (name.find('\0') != std::string::npos) fail("path has a NUL byte in it");
  } else if (endpoint_.transport_ == Transport::fd) {
    if (!all_digits(name) || name.size() > 6) fail("descriptor must be a number, as in fd:3");
    endpoint_.name_ = std::to_string(std::stoi(name));
  } else if (!std::all_of(name.begin(), name.end(), [](char c) {
               return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '@';
             })) {
    fail(fmt::format("'{}' is not the name of a socket", name));
  }
}

void EndpointParser::refuse_rest(std::string_view scheme, std::string_view rest) const {
  if (!rest.empty() && rest != "//") {
    fail(fmt::format("nothing can stand behind '{}:'; a host of that name is tcp://{}:{}", scheme,
                     scheme, all_digits(rest) ? rest : "port"));
  }
}

// All of it is the command, but for options of socat where it is spelled as socat does.
void EndpointParser::set_command(std::string_view scheme, std::string_view command) {
  const bool socat = scheme == "EXEC" || scheme == "SYSTEM";
  for (std::size_t comma = 0; socat && comma != std::string_view::npos;) {
    comma = command.rfind(',');
    if (comma == std::string_view::npos) break;
    const std::string_view option = command.substr(comma + 1);
    if (!detail::is_ignored_option(split(option, '=').first)) {
      fail(fmt::format("unknown option '{}'; in a command with commas write {}: in small letters",
                       option, lowered(scheme)));
    }
    endpoint_.ignored_.emplace(endpoint_.ignored_.begin(), option);
    command = command.substr(0, comma);
  }
  const auto words = split_words(command);
  if (endpoint_.transport_ == Transport::exec && !words) fail("a quote is not closed");
  if (words && words->empty()) fail("command is missing");
  endpoint_.name_ = command;
}

// OPEN:path,append
void EndpointParser::parse_open(std::string_view rest) {
  auto [path, options] = split(rest, ',');
  while (!options.empty()) {
    const auto [option, others] = split(options, ',');
    options = others;
    const auto [key, value] = split(option, '=');
    if (detail::is_ignored_option(key) || detail::is_among(kIgnoredOfFiles, key)) {
      endpoint_.ignored_.emplace_back(option);
    } else {
      add_option(equal_ignoring_case(key, "trunc") ? "truncate" : lowered(key), value);
    }
  }
  endpoint_.name_ = path;
  check_local_name(endpoint_.name_);
}

}  // namespace gnet
