// gnet cert: certificates, looked at, checked, made and converted.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/line/command.h"
#include "cli/line/live_options.h"
#include "cli/out/failure.h"
#include "commands/cert_operations.h"
#include "commands/commands.h"

namespace commands {
namespace {

using Options = CertOptions;

struct Operation {
  std::string_view name;
  std::string_view summary;
  bool connects;         // the options of clients are for it
  std::string_view own;  // of the options of cert, with a blank around each
  cli::Exit (*run)(const Options& options);
};

constexpr std::array kOperations = std::to_array<Operation>({
    {"show", "what a server or a file shows", true,
     " --pem --root --probe --starttls --host --ca --local-ca --password-file --key ",
     show_certificates},
    {"check", "whether certificates are good, and for how long", true,
     " --days --starttls --host --ca --local-ca --password-file --key ", check_certificates},
    {"make", "a new certificate and its key", false,
     " --days --ca --local-ca --key --output --client --p12 --force --password-file ",
     make_certificates},
    {"fingerprint", "the SHA-256 of a certificate", true, " --starttls --password-file --key ",
     print_fingerprints},
    {"pin", "the SHA-256 of its key, for --pin and curl", true,
     " --starttls --password-file --key ", print_pins},
    {"convert", "the same as PEM, DER or PKCS#12", false, " --to --output --force --password-file ",
     convert_certificates},
});

const Operation* find_operation(std::string_view name) {
  const auto* const found =
      std::ranges::find_if(kOperations, [&](const Operation& one) { return one.name == name; });
  return found == kOperations.end() ? nullptr : found;
}

std::string known_operations() {
  std::string names;
  for (const Operation& one : kOperations) {
    names += (names.empty() ? "" : ", ") + std::string(one.name);
  }
  return "there are " + names;
}

bool is_in(const cli::FlagGroup& group, const cli::Flag* flag) {
  return std::ranges::any_of(group.flags, [&](const cli::Flag& one) { return &one == flag; });
}

// What is typed for one operation means nothing to another.
void refuse_strange_options(const Operation& operation) {
  const cli::LiveOptions& line = cli::live_options();
  for (const cli::Occurrence& occurrence : line.typed()) {
    const std::string& name = occurrence.flag->name();
    for (const cli::FlagGroup& group : line.command().groups) {
      if (!is_in(group, occurrence.flag) || name == "OPERATION") continue;
      const bool own = group.topic.empty();
      const bool shared = group.topic == "client" || group.topic == "tls";
      const bool known = operation.own.find(" " + name + " ") != std::string_view::npos;
      if ((own && !known) || (shared && !operation.connects)) {
        throw cli::UsageError(fmt::format("'cert {}' has no {}", operation.name, name));
      }
    }
  }
}

cli::Exit run(const Options& options) {
  if (options.words.empty()) {
    throw cli::UsageError("cert needs an operation", known_operations());
  }
  const Operation* const operation = find_operation(options.words.front());
  if (operation == nullptr) {
    throw cli::UsageError(fmt::format("unknown operation '{}' of cert", options.words.front()),
                          known_operations());
  }
  refuse_strange_options(*operation);
  if (operation->connects && !options.key.empty() && options.to.cert.empty()) {
    throw cli::UsageError("--key needs --cert");
  }
  if (options.local_ca + !options.ca.empty() + !options.to.cacert.empty() > 1) {
    throw cli::UsageError("--local-ca, --ca and --cacert exclude each other");
  }
  if (options.to.insecure && (options.local_ca || !options.ca.empty())) {
    throw cli::UsageError("--insecure and --ca exclude each other");
  }
  return operation->run(options);
}

// ---- the command line ----

// All options of a client but --key, which of make is a kind. That there is TLS goes without
// saying.
cli::PartOf<Options> client_without_key() {
  cli::PartOf<Options> part = cli::client(&Options::to);
  for (cli::FlagGroup& group : part.groups) {
    std::erase_if(group.flags, [](const cli::Flag& flag) { return flag.long_name == "--key"; });
    for (cli::Flag& flag : group.flags) flag.common = flag.common && flag.long_name != "--tls";
  }
  return part;
}

cli::Command::Offers offers(const cli::Words& words) {
  cli::Command::Offers found;
  if (!words.empty()) return found;
  for (const Operation& one : kOperations) found.emplace_back(one.name, one.summary);
  return found;
}

}  // namespace

const cli::Command& cert() {
  static const cli::Command made =
      cli::command<Options>({
          .name = "cert",
          .group = "Inspect",
          .arguments = "OPERATION [TARGET|NAME]...",
          .summary = "show, check, make and convert certificates",
          .about = "Look at the certificates of servers and files, check them, and make new ones.",
          .examples = {"gnet cert check --days 14 https://a https://b smtp://mx:25 || notify",
                       "gnet cert make localhost 127.0.0.1 ::1 -o tls",
                       "curl --pinnedpubkey \"$(gnet cert pin :8443)\" -k https://127.0.0.1:8443/"},
          .flags =
              {
                  {"",
                   "OPERATION",
                   &Options::words,
                   "show, check, make, fingerprint, pin or convert, and of what",
                   {.positional = "OPERATION",
                    .command_line_only = true,
                    .more = "See OPERATIONS."}},
                  {"--pem",
                   &Options::pem,
                   "of show: nothing but the certificates, as PEM",
                   {.command_line_only = true}},
                  {"--root",
                   &Options::root,
                   "of show: the authority that is believed, too",
                   {.command_line_only = true}},
                  {"--probe",
                   &Options::probe,
                   "of show: try TLS 1.0 to 1.3, and ALPN",
                   {.command_line_only = true,
                    .more =
                        "A connection for each version, and for each protocol of *--alpn*, or h2 "
                        "and http/1.1. The certificates are those of the newest version that the "
                        "server speaks, were it 1.0."}},
                  {"--starttls",
                   "PROTOCOL",
                   &Options::starttls,
                   "begin with smtp, imap, pop3, ftp, xmpp, ldap, postgres, mysql",
                   {.choices = {"smtp", "imap", "pop3", "ftp", "xmpp", "ldap", "postgres", "mysql"},
                    .command_line_only = true,
                    .more = "A scheme of that name says the same: smtp://mx.example.org."}},
                  {"--host",
                   "NAME",
                   &Options::host,
                   "the name that the certificate has to be for",
                   {.fallback = "the server's", .command_line_only = true}},
                  {"--days", "N", &Options::days,
                   "check: must be good for so long; make: is good for so long"},
                  {"--ca",
                   "FILE|DIR",
                   &Options::ca,
                   "show, check: believe these; make: the authority in DIR signs",
                   {.fallback = "system's, itself",
                    .completes = cli::Completes::file,
                    .command_line_only = true,
                    .more = "DIR has the files ca.pem and ca-key.pem, which *make* makes if they "
                            "are "
                            "not there."}},
                  {"--local-ca",
                   &Options::local_ca,
                   "the same with the authority of this user",
                   {.command_line_only = true,
                    .more = "It is in _$XDG_DATA_HOME/gnet/ca_, or that of _~/.local/share_."}},
                  {"--key",
                   "KIND|FILE",
                   &Options::key,
                   "make: ec, rsa2048 or ed25519; else the client's private key",
                   {.fallback = "ec, in --cert",
                    .completes = cli::Completes::file,
                    .command_line_only = true}},
                  {"-o,--output",
                   "PATH",
                   &Options::output,
                   "make: the folder of the files; convert: the file",
                   {.fallback = ".; -",
                    .completes = cli::Completes::file,
                    .command_line_only = true}},
                  {"--client",
                   &Options::client,
                   "of make: clients can show it as well",
                   {.command_line_only = true}},
                  {"--p12",
                   &Options::p12,
                   "of make: both as PKCS#12, too",
                   {.command_line_only = true}},
                  {"--force",
                   &Options::force,
                   "of make and convert: replace files",
                   {.command_line_only = true}},
                  {"--to",
                   "FORMAT",
                   &Options::format,
                   "of convert: pem, der or p12",
                   {.choices = {"pem", "der", "p12"},
                    .fallback = "as FILE of -o is called, or pem",
                    .command_line_only = true}},
                  {"--password-file",
                   "FILE",
                   &Options::password_file,
                   "has the password of PKCS#12 and keys",
                   {.fallback = "$GNET_CERT_PASSWORD, or asked for",
                    .completes = cli::Completes::file,
                    .more = "Its first line. What is asked for at a terminal is the password of a "
                            "file "
                            "that is read; what is written has none if none is said."}},
              },
          .shared = {client_without_key()},
          .run = run,
          .offers = offers,
      });
  return made;
}

}  // namespace commands
