#include "cli/server/session.h"

#include <utility>

namespace cli {

SessionRules::SessionRules(const GlobalOptions& global, const ServerOptions& given)
    : options(given),
      settings(std::make_unique<const SessionSettings>(given)),
      admission(given, settings),
      log(settings, global.json) {
  pace.set_rate(settings->rate_limit_total);
}

void SessionRules::change(std::unique_ptr<const SessionSettings> changed) {
  settings.change(std::move(changed));
  pace.set_rate(settings->rate_limit_total);
  admission.settings_changed();
}

std::optional<gnet::TLSContext> SessionRules::tls_for(const gnet::Endpoint& endpoint) const {
  const auto own = own_tls.find(TLSFiles(endpoint));
  return own == own_tls.end() ? tls : own->second;
}

}  // namespace cli
