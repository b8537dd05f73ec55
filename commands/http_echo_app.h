// The application that http-echo serves: its pages, answers that are made up, and what goes wrong
// on purpose.
//
//   gnet::web::App app = make_http_echo_app({.cors = true});
//
// Threads: it may be called on any.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/line/value.h"
#include "commands/http_mock.h"
#include "gnet/web/app.h"

namespace commands {

class RequestRecorder;

struct HttpEchoSettings {
  std::vector<MockRoute> routes{};  // before the pages that there are
  bool answers_all = false;         // a path that is none of a page is answered as /anything
  bool cors = false;
  cli::Delay delay{};                         // before each answer
  cli::Percent errors{};                      // of the answers are 503
  std::optional<int> status{};                // of each answer
  std::uint64_t max_body = 10 * 1024 * 1024;  // bytes; beyond: 413
  RequestRecorder* recorder = nullptr;        // has to outlive it
  // Is told of each request that was answered, with its path; may be empty.
  std::function<void(std::string_view path)> answered{};
};

// Throws cli::UsageError for a route that is none.
[[nodiscard]] gnet::web::App make_http_echo_app(HttpEchoSettings settings);

}  // namespace commands
