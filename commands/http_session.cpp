#include "commands/http_session.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"

namespace commands {
namespace {

std::chrono::sys_seconds this_second() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

// Of one request only.
bool is_passing(std::string_view name) {
  for (const std::string_view prefix : {"content-", "if-", "accept-encoding"}) {
    if (name.size() >= prefix.size() &&
        gnet::http::equal_ignoring_case(name.substr(0, prefix.size()), prefix)) {
      return true;
    }
  }
  return gnet::http::equal_ignoring_case(name, "range") ||
         gnet::http::equal_ignoring_case(name, "cookie") ||
         gnet::http::equal_ignoring_case(name, "host");
}

// What goes to nobody else (RFC 9110 §11.6.2, §15.4).
bool is_of_origin(std::string_view name) {
  return gnet::http::equal_ignoring_case(name, "authorization") ||
         gnet::http::equal_ignoring_case(name, "proxy-authorization");
}

// Of comments and cookies only: seven words between tabs.
bool is_cookie_jar(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const bool is_comment = line.starts_with('#') || line.find_first_not_of(" \t\r") == line.npos;
    if (!is_comment && std::ranges::count(line, '\t') < 5) return false;
  }
  return true;
}

void save_secret(const std::string& path, const std::string& text) {
  // What is in it is nobody else's business.
  const mode_t mask = umask(077);
  const bool done = cli::replace_file(path, text);
  const int error = errno;
  umask(mask);
  if (done) return;
  throw cli::Failure(cli::Exit::io,
                     fmt::format("cannot write {}: {}", path, cli::error_text(error)));
}

bool is_there(const std::string& path) {
  return !path.empty() && access(path.c_str(), F_OK) == 0;
}

}  // namespace

HttpSession::HttpSession(std::string cookie_jar, std::string session)
    : jar_path_(std::move(cookie_jar)), path_(std::move(session)) {
  std::string cookies;
  const std::string text = is_there(path_) ? cli::read_file(path_) : std::string();
  if (!text.empty()) {
    const std::size_t end = text.starts_with('\n') ? 0 : text.find("\n\n");
    if (end == text.npos) throw cli::UsageError(path_ + " is no session of gnet http");
    for (std::string_view lines = std::string_view(text).substr(0, end); !lines.empty();) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
      read_line(line);
    }
    cookies = text.substr(end + 1);
  }
  if (is_there(jar_path_)) {
    const std::string jar = cli::read_file(jar_path_);
    if (!is_cookie_jar(jar)) throw cli::UsageError(jar_path_ + " is no file of cookies");
    cookies += jar;
  }
  cookies_ = gnet::http::CookieJar::parse(cookies, this_second());
}

void HttpSession::read_line(std::string_view line) {
  gnet::http::Headers* into = &headers_;
  if (line.starts_with('@')) {
    const std::size_t space = std::min(line.find(' '), line.size() - 1);
    into = &secrets_[std::string(line.substr(1, space - 1))];
    line.remove_prefix(space + 1);
  }
  const std::size_t colon = line.find(':');
  if (colon == line.npos) throw cli::UsageError(path_ + " is no session of gnet http");
  if (into == &headers_ && is_of_origin(line.substr(0, colon))) {
    throw cli::UsageError(path_ + " does not say whom a secret is for",
                          "@https://example.org stands before its line");
  }
  try {
    into->add(line.substr(0, colon), line.substr(colon + 1));
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(fmt::format("{}: {}", path_, error.what()));
  }
}

void HttpSession::apply_to(gnet::http::Headers& headers, const gnet::http::URL& url) {
  if (path_.empty()) return;
  gnet::http::Headers& secrets = secrets_[url.origin()];
  for (const auto& field : headers) {
    if (is_passing(field.name)) continue;
    (is_of_origin(field.name) ? secrets : headers_).set(field.name, field.value);
  }
  for (const gnet::http::Headers* kept : {&headers_, &secrets}) {
    for (const auto& field : *kept) {
      if (!headers.has(field.name)) headers.add(field.name, field.value);
    }
  }
}

void HttpSession::save() const {
  if (!jar_path_.empty()) save_secret(jar_path_, cookies_.str());
  if (path_.empty()) return;
  std::string text;
  for (const auto& field : headers_) text += fmt::format("{}: {}\n", field.name, field.value);
  for (const auto& [origin, fields] : secrets_) {
    for (const auto& field : fields) {
      text += fmt::format("@{} {}: {}\n", origin, field.name, field.value);
    }
  }
  save_secret(path_, text + "\n" + cookies_.str());
}

}  // namespace commands
