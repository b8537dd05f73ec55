// Who gnet http says it is: --auth, --auth-file, --bearer-file, --netrc.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/http_options.h"
#include "gnet/http/auth.h"

namespace commands {

// Read once: a file may be a pipe, which gives what it has to the first who reads it.
class HttpCredentials {
 public:
  // Throws cli::UsageError for options that do not go together, and cli::Failure (io) for files
  // that cannot be read.
  explicit HttpCredentials(const HttpOptions& options);

  // The value of Authorization for a request to this host; nothing: none. Throws cli::UsageError.
  [[nodiscard]] std::optional<std::string> authorization_for(std::string_view host) const;

 private:
  std::optional<std::string> for_all_;
  std::optional<std::string> netrc_;  // its text
};

// The entry of a netrc file for a host, or the default one.
[[nodiscard]] std::optional<gnet::http::BasicCredentials> netrc_entry(std::string_view text,
                                                                      std::string_view host);

}  // namespace commands
