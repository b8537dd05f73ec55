#include "commands/http_curl.h"

#include <fmt/format.h>

#include <algorithm>

namespace commands {

std::string shell_word(const std::string& word) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
  if (!word.empty() && word.find_first_not_of(kSafe) == word.npos) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string curl_command(const HttpOptions& options, const HttpPlan& plan,
                         const gnet::http::URL& url) {
  std::string command = "curl";
  const auto add = [&](const std::string& word) { command += " " + shell_word(word); };
  const gnet::http::ClientRequest request = plan.request(url, {});
  if (request.method == "HEAD") {
    add("--head");
  } else if (request.method != (plan.body().empty() ? "GET" : "POST")) {
    add("-X");
    add(request.method);
  }
  for (const auto& field : request.headers) {
    add("-H");
    add(fmt::format("{}: {}", field.name, field.value));
  }
  for (const std::string& word : plan.body().curl_words()) add(word);
  if (options.compressed) add("--compressed");
  if (options.follow) add("-L");
  if (options.fail) add("--fail-with-body");
  if (options.include) add("-i");
  if (options.to.insecure) add("-k");
  const auto value = [&](const char* name, const std::string& text) {
    if (text.empty()) return;
    add(name);
    add(text);
  };
  value("--unix-socket", plan.unix_path());
  value("--cacert", options.to.cacert);
  value("--cert", options.to.cert);
  value("--key", options.to.key);
  value("-x", options.to.proxy == "none" ? "" : options.to.proxy);
  value("-o", options.output);
  if (options.remote_name) add("-O");
  add(url.str());
  return command;
}

}  // namespace commands
