#include "commands/exec_address.h"

#include <algorithm>
#include <array>
#include <string>

#include "cli/out/failure.h"

namespace commands {
namespace {

using Speech = ExecAddress::Speech;

struct Scheme {
  std::string_view name;
  Speech speech;
  std::string_view transport;
};

constexpr std::array<Scheme, 6> kSchemes = {{{"ws", Speech::ws, "tcp"},
                                             {"wss", Speech::ws, "tls"},
                                             {"http", Speech::cgi, "tcp"},
                                             {"https", Speech::cgi, "tls"},
                                             {"sse", Speech::sse, "tcp"},
                                             {"sses", Speech::sse, "tls"}}};

std::string_view without(std::string_view text, std::string_view end) {
  return text.ends_with(end) ? text.substr(0, text.size() - end.size()) : text;
}

// "ws+unix", "ws+tls+unix": what is below is written.
const Scheme* scheme_of(std::string_view name, std::string& below) {
  const std::size_t plus = name.find('+');
  const std::string_view outer = name.substr(0, plus);
  const auto* const found = std::find_if(kSchemes.begin(), kSchemes.end(),
                                         [&](const Scheme& one) { return one.name == outer; });
  if (found == kSchemes.end()) return nullptr;
  below = plus == name.npos ? found->transport : name.substr(plus + 1);
  return found;
}

gnet::Endpoint endpoint_of(std::string_view text, std::string_view shown) {
  try {
    return gnet::Endpoint::parse(text);
  } catch (const gnet::BadEndpoint& error) {
    std::string what = error.what();
    const std::size_t at = what.find(text);
    if (at != what.npos) what.replace(at, text.size(), shown);
    throw cli::UsageError(what);
  }
}

}  // namespace

ExecAddress ExecAddress::parse(std::string_view text) {
  const std::size_t end = text.find("://");
  const std::string_view name = without(without(text.substr(0, end), "-listen"), "-l");
  std::string below;
  const Scheme* const scheme = end == text.npos ? nullptr : scheme_of(name, below);
  if (scheme == nullptr) {
    const gnet::Endpoint endpoint = endpoint_of(text, text);
    if (end == text.npos) return {endpoint.with_listen(), Speech::ws};
    if (!endpoint.has_connections() && !endpoint.is_datagram()) {
      throw cli::UsageError("bad endpoint '" + std::string(text) + "': nobody can listen there");
    }
    return {endpoint.with_listen(), endpoint.has_connections() ? Speech::bytes : Speech::datagrams};
  }
  std::string plain = below + std::string(text.substr(end));
  // The path of an address of IP is that of a WebSocket: all of them are answered.
  const std::size_t slash = plain.find('/', below.size() + 3);
  if (below.find("unix") == below.npos && below.find("abstract") == below.npos &&
      slash != plain.npos) {
    const std::size_t query = plain.find('?', slash);
    plain.erase(slash, query == plain.npos ? plain.npos : query - slash);
  }
  const gnet::Endpoint endpoint = endpoint_of(plain, text);
  if (!endpoint.has_connections()) {
    throw cli::UsageError("bad endpoint '" + std::string(text) + "': " + std::string(scheme->name) +
                          " wants a stream below it: tcp, tls or unix");
  }
  return {endpoint.with_listen(), scheme->speech};
}

std::string_view ExecAddress::scheme() const noexcept {
  switch (speech) {
    case Speech::ws:
      return "ws";
    case Speech::sse:
    case Speech::cgi:
      return "http";
    default:
      return {};
  }
}

}  // namespace commands
