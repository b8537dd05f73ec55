#include "commands/http_trace.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "cli/out/output.h"
#include "commands/http_format.h"
#include "gnet/base/utf8.h"
#include "gnet/http/ascii.h"

namespace commands {
namespace {

constexpr std::size_t kShownOfPiece = 64;

// Of a password, or what stands for one.
bool is_secret(std::string_view field) {
  constexpr std::string_view kSecrets[] = {"authorization", "proxy-authorization", "cookie",
                                           "set-cookie"};
  return std::ranges::find(kSecrets, gnet::http::detail::to_lower(field)) != std::end(kSecrets);
}

std::string traced_head(char way, std::string_view head) {
  std::string text;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (line.empty()) break;
    const std::string_view name = line.substr(0, std::min(line.find(':'), line.size()));
    text += is_secret(name) ? fmt::format("{} {}: ***\n", way, name)
                            : fmt::format("{} {}\n", way, gnet::printable(line));
  }
  return text;
}

std::string connection_text(const gnet::http::ClientResponse& response) {
  const auto timings = response.timings();
  const std::string peer = response.peer().empty() ? "the server" : response.peer();
  if (timings.reused) return fmt::format("* the connection to {} is used again\n", peer);
  return fmt::format("* connected to {}: {}\n", peer, connect_text(timings));
}

}  // namespace

void HttpTrace::head_sent(std::string_view head) const {
  if (level_ > 1) cli::write_all(STDERR_FILENO, traced_head('>', head));
}

void HttpTrace::answered(const gnet::http::ClientResponse& response) const {
  if (level_ == 0) return;
  std::string text;
  for (const auto& redirect : response.redirects()) {
    text += fmt::format("* {} has answered {}, and leads elsewhere\n",
                        redirect.from.stripped().str(), redirect.status);
  }
  text += connection_text(response);
  if (level_ > 1) text += traced_head('<', response_head(response, false));
  cli::write_all(STDERR_FILENO, text);
}

void HttpTrace::received(std::string_view piece) const {
  if (level_ < 3) return;
  const bool is_long = piece.size() > kShownOfPiece;
  cli::write_all(STDERR_FILENO, fmt::format("< {} bytes: {}{}\n", piece.size(),
                                            gnet::printable(piece.substr(0, kShownOfPiece)),
                                            is_long ? "..." : ""));
}

}  // namespace commands
