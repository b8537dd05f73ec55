// gnet cert convert: the same certificates in another format.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "cli/client/run_client.h"
#include "cli/line/password.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "commands/cert_operations.h"
#include "commands/cert_target.h"
#include "gnet/base/error.h"
#include "gnet/os/new_files.h"

namespace commands {
namespace {

using CertFormat = gnet::CertificateFile::Format;

std::optional<CertFormat> cert_format_by_name(std::string_view name) {
  if (name == "pem" || name == "crt") return CertFormat::pem;
  if (name == "der" || name == "cer") return CertFormat::der;
  if (name == "p12" || name == "pfx" || name == "pkcs12") return CertFormat::pkcs12;
  return std::nullopt;
}

// What is asked for, or what the name of the new file says.
std::optional<CertFormat> named_format(const CertOptions& options) {
  if (!options.format.empty()) {
    if (const auto format = cert_format_by_name(options.format)) return format;
    throw cli::UsageError(
        fmt::format("bad value '{}' for --to: must be pem, der or p12", options.format));
  }
  const std::size_t dot = options.output.rfind('.');
  return dot == std::string::npos ? std::nullopt
                                  : cert_format_by_name(options.output.substr(dot + 1));
}

// Certificates and keys of several files are one.
gnet::CertificateFile read_all_files(const CertOptions& options) {
  gnet::CertificateFile all;
  bool first = true;
  for (const std::string& name : options.targets()) {
    gnet::CertificateFile one =
        open_certificates(read_input(name), name == "-" ? "standard input" : name, options);
    if (first) all.format = one.format;
    first = false;
    std::ranges::move(one.certificates, std::back_inserter(all.certificates));
    if (!one.key.empty() && !all.key.empty()) {
      throw cli::UsageError(fmt::format("{} has a second private key", name));
    }
    if (all.key.empty()) all.key = std::move(one.key);
  }
  return all;
}

std::string file_text(const gnet::CertificateFile& file, CertFormat format,
                      const CertOptions& options) {
  switch (format) {
    case CertFormat::der:
      return gnet::write_der(file);
    case CertFormat::pkcs12:
      return gnet::write_pkcs12(file, cli::read_password({.file = options.password_file,
                                                          .variable = "GNET_CERT_PASSWORD"})
                                          .value_or(""));
    case CertFormat::pem:
      break;
  }
  return gnet::write_pem(file);
}

// DER has room for one thing.
void tell_left_out(const gnet::CertificateFile& file, const CertOptions& options) {
  if (options.quiet.times > 0 || file.certificates.empty()) return;
  const std::size_t more = file.certificates.size() - 1;
  if (more == 0 && file.key.empty()) return;
  cli::write_all(STDERR_FILENO,
                 fmt::format("only the first certificate was written: DER has no room for {}{}{}\n",
                             more == 0 ? "" : fmt::format("{} more", more),
                             more > 0 && !file.key.empty() ? " and " : "",
                             file.key.empty() ? "" : "the private key"));
}

void put_file(const std::string& text, bool has_key, const CertOptions& options) {
  if (options.output.empty() || options.output == "-") return cli::print(text);
  try {
    gnet::create_files(
        {{.path = options.output, .content = text, .mode = has_key ? mode_t{0600} : mode_t{0644}}},
        options.force ? gnet::IfThere::replace : gnet::IfThere::refuse);
  } catch (const std::system_error& error) {
    const bool there = error.code() == std::errc::file_exists;
    throw cli::Failure(cli::Exit::io, gnet::describe(error), there ? "--force replaces it" : "", {},
                       error.code());
  }
}

cli::Exit convert_files(const CertOptions& options, std::optional<CertFormat> wanted) {
  const gnet::CertificateFile file = read_all_files(options);
  if (!wanted && file.format == CertFormat::pem && options.targets().size() == 1) {
    throw cli::UsageError("it is PEM already: --to says what it shall be, or the name of -o");
  }
  const CertFormat format = wanted.value_or(CertFormat::pem);
  const bool to_stdout = options.output.empty() || options.output == "-";
  if (format != CertFormat::pem && to_stdout && isatty(STDOUT_FILENO) == 1) {
    throw cli::UsageError("what is not PEM is no text for a terminal", "-o FILE");
  }
  try {
    const bool has_key =
        !file.key.empty() && (format != CertFormat::der || file.certificates.empty());
    put_file(file_text(file, format, options), has_key, options);
    if (format == CertFormat::der) tell_left_out(file, options);
  } catch (const gnet::TLSError& error) {
    throw cli::Failure(cli::Exit::io, error.what(), {}, {}, error.code());
  }
  return cli::Exit::ok;
}

}  // namespace

cli::Exit convert_certificates(const CertOptions& options) {
  const auto names = options.targets();
  if (names.empty()) throw cli::UsageError("'cert convert' needs a FILE, or - for standard input");
  if (std::ranges::count(names, "-") > 1) throw cli::UsageError("standard input can be read once");
  const auto wanted = named_format(options);
  return cli::run_client(
      options.to, {.work = [&] { return convert_files(options, wanted); }, .summary = [] {}});
}

}  // namespace commands
