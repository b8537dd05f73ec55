// gnet cert show, fingerprint and pin: what there is to see.

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/run_client.h"
#include "cli/line/tls.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "commands/cert_operations.h"
#include "commands/cert_probe.h"
#include "commands/cert_target.h"
#include "commands/cert_text.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

// ---- show ----

struct CertShown {
  const CertOptions& options;
  const CertTarget& target;
  CertSight sight;
  std::optional<gnet::TrustVerdict> verdict;  // none: nobody has asked
  std::optional<CertProbe> probe;
  std::vector<gnet::Certificate> certificates;  // to be shown
  std::size_t anchors = 0;                      // of them, at the end
};

bool wants_verdict(const CertOptions& options, const CertTarget& target) {
  return target.endpoint || options.root || options.local_ca || !options.ca.empty() ||
         !options.to.cacert.empty() || !options.host.empty() || !options.to.pin.empty();
}

CertShown look_closely(const CertTarget& target, const CertOptions& options) {
  CertShown shown{options, target, look_at(target, options), {}, {}, {}};
  if (shown.sight.chain.empty()) {
    throw cli::Failure(cli::Exit::io,
                       fmt::format("{}: it has a private key, and no certificate", target.name),
                       "gnet cert pin says which key it is");
  }
  shown.certificates = shown.sight.chain;
  if (wants_verdict(options, target)) shown.verdict = judge(shown.sight, target, options);
  if (options.root && shown.verdict) {
    // The path goes by who has signed whom, whatever else was sent.
    const std::size_t first = shown.verdict->path.size() - shown.verdict->anchors;
    for (std::size_t i = first; i < shown.verdict->path.size(); ++i) {
      const gnet::Certificate& anchor = shown.verdict->path[i];
      const bool was_sent = std::ranges::any_of(shown.sight.chain, [&](const auto& one) {
        return one.fingerprint() == anchor.fingerprint();
      });
      if (was_sent) continue;
      shown.certificates.push_back(anchor);
      ++shown.anchors;
    }
  }
  if (options.probe) shown.probe = probe_server(target, options);
  return shown;
}

std::string tries_text(const std::vector<CertProbe::Try>& tries) {
  std::string text;
  for (const CertProbe::Try& one : tries) {
    text += fmt::format("   {:<11} {:<3} {}\n", gnet::printable(one.name),
                        one.agreed ? "yes" : "no", gnet::printable(one.detail));
  }
  return text;
}

std::string shown_text(const CertShown& shown) {
  std::string text;
  if (shown.sight.tls) {
    const gnet::TLSInspection& tls = *shown.sight.tls;
    text += gnet::printable(shown.target.name) + "\n";
    text += tls.failure.empty()
                ? fmt::format("   {:<11} {}, {}, {}\n", "agreed on", tls.version, tls.cipher,
                              tls.alpn.empty() ? "no ALPN" : "ALPN " + gnet::printable(tls.alpn))
                : fmt::format("   {:<11} {}\n", "no TLS", gnet::printable(tls.failure));
  }
  if (shown.verdict) {
    const auto& problems = shown.verdict->problems;
    const char* const good = shown.options.to.insecure ? "not looked at" : "yes";
    std::string name = "believed";
    if (problems.empty()) text += fmt::format("   {:<11} {}\n", name, good);
    for (const std::string& problem : problems) {
      text += fmt::format("   {:<11} {}{}\n", name,
                          name.empty() ? "" : "no: ", gnet::printable(problem));
      name.clear();
    }
  }
  if (shown.probe) {
    text += "\nVersions of TLS\n" + tries_text(shown.probe->versions);
    if (!shown.probe->protocols.empty()) {
      text += "\nApplication protocols\n" + tries_text(shown.probe->protocols);
    }
  }
  const auto now = cert_now();
  const std::size_t own = shown.certificates.size() - shown.anchors;
  for (std::size_t i = 0; i < shown.certificates.size(); ++i) {
    if (!text.empty()) text += '\n';
    text += fmt::format("{}{} {}", i + 1, i < own ? " " : "  (from the store)",
                        text_of(shown.certificates[i], now));
  }
  if (!shown.sight.key.empty()) text += "\nIts file has a private key as well.\n";
  return text;
}

std::string tries_json(const std::vector<CertProbe::Try>& tries) {
  std::string text;
  for (const CertProbe::Try& one : tries) {
    cli::JsonObject json;
    json.add("name", one.name).add("agreed", one.agreed);
    if (!one.detail.empty()) json.add(one.agreed ? "cipher" : "reason", one.detail);
    text += (text.empty() ? "" : ",") + json.text();
  }
  return "[" + text + "]";
}

cli::JsonObject shown_json(const CertShown& shown) {
  cli::JsonObject document;
  document.add("target", shown.target.name);
  if (shown.sight.tls) {
    const gnet::TLSInspection& tls = *shown.sight.tls;
    cli::JsonObject agreed;
    if (!tls.failure.empty()) agreed.add("failure", tls.failure);
    if (!tls.version.empty()) agreed.add("version", tls.version).add("cipher", tls.cipher);
    if (!tls.alpn.empty()) agreed.add("alpn", tls.alpn);
    document.add("tls", agreed);
  }
  if (shown.verdict) {
    const bool looked = !shown.options.to.insecure;
    document.add("verified", looked && shown.verdict->problems.empty());
    document.add("problems", shown.verdict->problems);
  }
  if (shown.probe) {
    document.raw("probe", cli::JsonObject()
                              .raw("versions", tries_json(shown.probe->versions))
                              .raw("protocols", tries_json(shown.probe->protocols))
                              .text());
  }
  const auto now = cert_now();
  const std::size_t own = shown.certificates.size() - shown.anchors;
  std::string all;
  for (std::size_t i = 0; i < shown.certificates.size(); ++i) {
    cli::JsonObject json = json_of(shown.certificates[i], now);
    if (i >= own) json.add("from_store", true);
    all += (all.empty() ? "" : ",") + json.text();
  }
  return document.raw("certificates", "[" + all + "]").add("has_key", !shown.sight.key.empty());
}

cli::Exit show_target(const CertTarget& target, const CertOptions& options) {
  const CertShown shown = look_closely(target, options);
  if (options.pem) {
    std::string text;
    for (const gnet::Certificate& one : shown.certificates) text += one.pem();
    cli::print(text);
  } else if (options.json) {
    cli::print_line(shown_json(shown).text());
  } else {
    cli::print(shown_text(shown));
  }
  std::vector<std::string> problems;
  if (shown.verdict) problems = shown.verdict->problems;
  if (shown.sight.tls && !shown.sight.tls->failure.empty()) {
    problems.push_back(shown.sight.tls->failure);
  }
  if (problems.empty()) return cli::Exit::ok;
  const cli::Exit status = target.endpoint ? cli::Exit::tls : cli::Exit::negative;
  if (!options.json && options.quiet.times < 2) {
    cli::report({status, fmt::format("{}: {}", target.name, problems.front())}, "cert", false);
  }
  return status;
}

// ---- fingerprint and pin ----

// A line for each: alone where there is one target, and with it where there are several.
template <typename F>
cli::Exit print_each(const CertOptions& options, const char* key, F&& value_of) {
  const std::vector<CertTarget> targets = cert_targets(options);
  return cli::run_client(
      options.to,
      {.work =
           [&] {
             std::string documents;
             for (const CertTarget& target : targets) {
               const CertSight sight = look_at(target, options);
               const std::string value = value_of(sight, target);
               const auto& pins = options.to.pin;
               if (!pins.empty() &&
                   (sight.chain.empty() ||
                    std::ranges::find(pins, sight.chain.front().pin()) == pins.end())) {
                 throw cli::Failure(
                     cli::Exit::tls,
                     fmt::format("{}: its key is another than --pin says", target.name));
               }
               if (options.json) {
                 cli::JsonObject one;
                 one.add("target", target.name).add(key, value);
                 documents += (documents.empty() ? "" : ",") + one.text();
               } else {
                 cli::print_line(targets.size() == 1
                                     ? value
                                     : fmt::format("{}  {}", value, gnet::printable(target.name)));
               }
             }
             if (options.json) {
               cli::print_line(cli::JsonObject().raw("targets", "[" + documents + "]").text());
             }
             return cli::Exit::ok;
           },
       .summary = [] {}});
}

}  // namespace

cli::Exit show_certificates(const CertOptions& options) {
  const std::vector<CertTarget> targets = cert_targets(options);
  if (targets.size() > 1) {
    throw cli::UsageError("'cert show' is about one target; 'cert check' takes several");
  }
  if (options.pem && options.json) throw cli::UsageError("--pem and --json exclude each other");
  if (options.probe && !targets.front().endpoint) {
    throw cli::UsageError("--probe is for servers, not for files");
  }
  if (targets.front().endpoint) warn_if_insecure(options);
  return cli::run_client(options.to, {.work = [&] { return show_target(targets.front(), options); },
                                      .summary = [] {}});
}

cli::Exit print_fingerprints(const CertOptions& options) {
  return print_each(options, "sha256", [](const CertSight& sight, const CertTarget& target) {
    if (!sight.chain.empty()) return sight.chain.front().fingerprint();
    throw cli::Failure(cli::Exit::io,
                       fmt::format("{}: it has a private key, and no certificate", target.name));
  });
}

cli::Exit print_pins(const CertOptions& options) {
  return print_each(options, "pin", [](const CertSight& sight, const CertTarget&) {
    return sight.chain.empty() ? gnet::pin_of_key(sight.key) : sight.chain.front().pin();
  });
}

}  // namespace commands
