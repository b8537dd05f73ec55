// What gnet cert does, each operation in a file of its own.
//
// They throw cli::Failure, and cli::UsageError for what cannot be meant.

#pragma once

#include "cli/out/exit_status.h"
#include "commands/cert_options.h"

namespace commands {

[[nodiscard]] cli::Exit show_certificates(const CertOptions& options);
[[nodiscard]] cli::Exit check_certificates(const CertOptions& options);
[[nodiscard]] cli::Exit print_fingerprints(const CertOptions& options);
[[nodiscard]] cli::Exit print_pins(const CertOptions& options);
[[nodiscard]] cli::Exit make_certificates(const CertOptions& options);
[[nodiscard]] cli::Exit convert_certificates(const CertOptions& options);

}  // namespace commands
