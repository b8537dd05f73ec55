#include "commands/cert_probe.h"

#include "cli/line/tls.h"
#include "cli/out/failure.h"
#include "gnet/fiber/fiber.h"

namespace commands {
namespace {

using gnet::TLSVersion;

// What there is to agree on where nobody says it.
std::vector<std::string> protocols_of(const CertTarget& target, const CertOptions& options) {
  if (!options.to.alpn.empty()) return cli::items_of(options.to.alpn);
  if (target.start) return {};
  return {"h2", "http/1.1"};
}

void try_version(CertProbe::Try& one, TLSVersion version, const CertTarget& target,
                 const CertOptions& options) {
  try {
    const auto seen = shake_hands(target, options, {.min = version, .max = version, .alpn = {}});
    one.agreed = seen.failure.empty();
    one.detail = one.agreed ? seen.cipher : seen.failure;
  } catch (const cli::Failure& failure) {
    one.detail = failure.what();
  }
}

void try_protocol(CertProbe::Try& one, const CertTarget& target, const CertOptions& options) {
  try {
    CertHandshake how = handshake_of(options);
    how.alpn = {one.name};
    const auto seen = shake_hands(target, options, how);
    one.agreed = seen.alpn == one.name;
    if (!one.agreed) one.detail = seen.failure.empty() ? "not agreed on" : seen.failure;
  } catch (const cli::Failure& failure) {
    one.detail = failure.what();
  }
}

}  // namespace

CertProbe probe_server(const CertTarget& target, const CertOptions& options) {
  CertProbe probe;
  probe.versions = {{.name = "1.0"}, {.name = "1.1"}, {.name = "1.2"}, {.name = "1.3"}};
  for (const std::string& name : protocols_of(target, options)) {
    probe.protocols.push_back({.name = name});
  }
  std::vector<gnet::Fiber<>> fibers;
  auto version = static_cast<int>(TLSVersion::tls1_0);
  for (CertProbe::Try& one : probe.versions) {
    fibers.push_back(gnet::spawn({.name = "probe"}, [&, version] {
      try_version(one, static_cast<TLSVersion>(version), target, options);
    }));
    ++version;
  }
  for (CertProbe::Try& one : probe.protocols) {
    fibers.push_back(gnet::spawn({.name = "probe"}, [&] { try_protocol(one, target, options); }));
  }
  for (gnet::Fiber<>& fiber : fibers) fiber.join();
  return probe;
}

}  // namespace commands
