// The same request as a command of curl.

#pragma once

#include <string>

#include "commands/http_options.h"
#include "commands/http_plan.h"

namespace commands {

// "curl -X PUT -H 'Accept: */*' --data-binary @file http://…", for a shell.
[[nodiscard]] std::string curl_command(const HttpOptions& options, const HttpPlan& plan,
                                       const gnet::http::URL& url);

// A word as a POSIX shell takes it.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace commands
