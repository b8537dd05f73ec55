// Who gnet http says it is: --auth, --auth-file, --bearer-file, --netrc.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/http_options.h"
#include "gnet/http/auth.h"

namespace commands {

// The value of Authorization for a request to this host; nothing: none. Throws cli::UsageError for
// options that do not go together, and cli::Failure (io) for files that cannot be read.
[[nodiscard]] std::optional<std::string> authorization_for(const HttpOptions& options,
                                                           std::string_view host);

// The entry of a netrc file for a host, or the default one.
[[nodiscard]] std::optional<gnet::http::BasicCredentials> netrc_entry(std::string_view text,
                                                                      std::string_view host);

}  // namespace commands
