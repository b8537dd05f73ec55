// gnet cert make: a new key, and a certificate for it.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "cli/line/password.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "commands/cert_authority.h"
#include "commands/cert_operations.h"
#include "commands/cert_text.h"
#include "gnet/base/error.h"
#include "gnet/io/certificate_file.h"
#include "gnet/io/make_certificate.h"
#include "gnet/os/new_files.h"

namespace commands {
namespace {

constexpr std::uint64_t kMostDays = 36500;
constexpr std::size_t kLongestStem =
    200;  // of a file's name, of which most systems allow 255 bytes

gnet::KeyKind key_kind(const std::string& text) {
  static constexpr std::array kKinds = {"ec", "rsa2048", "ed25519"};
  if (text.empty()) return gnet::KeyKind::ec;
  const auto* const found = std::ranges::find(kKinds, text);
  if (found != kKinds.end()) return static_cast<gnet::KeyKind>(found - kKinds.begin());
  throw cli::UsageError(
      fmt::format("bad value '{}' for --key: must be ec, rsa2048 or ed25519", text));
}

std::vector<std::string> cert_names_of(const CertOptions& options) {
  std::vector<std::string> names;
  for (const std::string& text : options.targets()) {
    try {
      std::string name = gnet::certificate_name(text);
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    } catch (const std::invalid_argument& error) {
      throw cli::UsageError(error.what());
    }
  }
  if (names.empty()) {
    throw cli::UsageError("'cert make' needs a NAME: a host name, an address, an e-mail address");
  }
  return names;
}

// A name is made of harmless letters, but for these.
std::string stem_of(const std::string& name) {
  std::string stem = name.starts_with('*') ? "_wildcard" + name.substr(1) : name;
  std::ranges::replace(stem, ':', '_');
  std::ranges::replace(stem, '/', '_');
  stem.resize(std::min(stem.size(), kLongestStem));
  return stem;
}

struct CertMade {
  std::vector<std::string> names;
  gnet::Identity identity;
  std::string certificate_file;
  std::string key_file;
  std::string p12_file = {};
  std::string authority = {};  // its certificate's file
  bool authority_is_new = false;
};

// Where something else has the name it is left alone, whatever --force says of files.
void make_folder_of(const std::string& file) {
  const auto slash = file.rfind('/');
  if (slash == std::string::npos || slash == 0) return;
  try {
    gnet::create_folders(file.substr(0, slash));
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::file_exists) throw;
    throw cli::Failure(cli::Exit::io, gnet::describe(error) + ", and is no folder", {}, {},
                       error.code());
  }
}

void write_made(const CertMade& made, const CertOptions& options) {
  std::vector<gnet::NewFile> files{
      {.path = made.key_file, .content = made.identity.key, .mode = 0600},
      {.path = made.certificate_file, .content = made.identity.certificate}};
  if (!made.p12_file.empty()) {
    gnet::CertificateFile box;
    box.certificates = {gnet::Certificate::from_pem(made.identity.certificate)};
    box.key = made.identity.key;
    const std::string password =
        cli::read_password({.file = options.password_file, .variable = "GNET_CERT_PASSWORD"})
            .value_or("");
    files.push_back(
        {.path = made.p12_file, .content = gnet::write_pkcs12(box, password), .mode = 0600});
  }
  try {
    make_folder_of(made.key_file);
    gnet::create_files(files, options.force ? gnet::IfThere::replace : gnet::IfThere::refuse);
  } catch (const std::system_error& error) {
    const bool there = error.code() == std::errc::file_exists;
    throw cli::Failure(cli::Exit::io, gnet::describe(error), there ? "--force replaces it" : "", {},
                       error.code());
  }
}

void tell_made(const CertMade& made, const CertOptions& options) {
  const auto certificate = gnet::Certificate::from_pem(made.identity.certificate);
  if (options.json) {
    cli::JsonObject json;
    json.add("certificate", made.certificate_file).add("key", made.key_file);
    if (!made.p12_file.empty()) json.add("p12", made.p12_file);
    if (!made.authority.empty())
      json.add("ca", made.authority).add("new_ca", made.authority_is_new);
    json.add("names", made.names)
        .add("not_after", json_date(certificate.not_after()))
        .add("sha256", certificate.fingerprint())
        .add("pin", certificate.pin());
    return cli::print_line(json.text());
  }
  if (options.quiet.times > 0) return;
  std::string text;
  const auto add = [&](std::string_view what, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<12} {}\n", what, value);
  };
  add("certificate", made.certificate_file);
  add("key", made.key_file);
  add("pkcs12", made.p12_file);
  add("signed by", made.authority.empty() ? "itself" : made.authority);
  add("names", fmt::format("{}", fmt::join(made.names, ", ")));
  add("valid until", date_text(certificate.not_after()));
  add("pin", certificate.pin());
  if (made.authority_is_new) {
    text += fmt::format("The authority is new: who is to believe it needs {}\n", made.authority);
  }
  cli::print(text);
}

}  // namespace

cli::Exit make_certificates(const CertOptions& options) {
  const std::uint64_t days = options.days.number;
  if (days == 0 || days > kMostDays) {
    throw cli::UsageError(fmt::format("--days must be 1 to {}", kMostDays));
  }
  if (options.local_ca && !options.ca.empty()) {
    throw cli::UsageError("--local-ca and --ca exclude each other");
  }
  if (!options.password_file.empty() && !options.p12) {
    throw cli::UsageError("--password-file needs --p12");
  }
  const gnet::CertificateWish wish{.names = cert_names_of(options),
                                   .validity = std::chrono::hours(24 * days),
                                   .key = key_kind(options.key),
                                   .clients = options.client};
  const std::string folder = options.output.empty() || options.output == "." ? "" : options.output;
  const std::string stem = (folder.empty() || folder.ends_with('/') ? folder : folder + "/") +
                           stem_of(wish.names.front());
  CertMade made{.names = wish.names,
                .identity = {},
                .certificate_file = stem + ".pem",
                .key_file = stem + "-key.pem"};
  if (options.p12) made.p12_file = stem + ".p12";
  try {
    if (options.local_ca || !options.ca.empty()) {
      const std::string place = options.local_ca ? default_authority_folder() : options.ca;
      const Authority authority = open_authority(place);
      made.authority = authority_file(place);
      made.authority_is_new = authority.is_new;
      made.identity = gnet::make_certificate(wish, &authority.identity);
    } else {
      made.identity = gnet::make_certificate(wish);
    }
    write_made(made, options);
  } catch (const gnet::TLSError& error) {
    throw cli::Failure(cli::Exit::io, error.what(), {}, {}, error.code());
  }
  tell_made(made, options);
  return cli::Exit::ok;
}

}  // namespace commands
