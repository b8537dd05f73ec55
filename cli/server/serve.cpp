#include "cli/server/serve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/control/event_feed.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/server/process.h"

namespace cli {
namespace {

// A process of one server, and of those that are added to it.
class ServerRun final : public Process {
 public:
  ServerRun(const GlobalOptions& global, const ServerOptions& options, const Handlers& handlers)
      : Process(global, options, handlers.name),
        handlers_(handlers),
        unit_(handlers.name, live_options().command().name, global, options, handlers) {
    woken = &unit_.rules().admission.changed;
  }

  // ---- as an Instance ----

  [[nodiscard]] std::string command() const override { return unit_.type(); }

  [[nodiscard]] std::vector<Unit*> units() const override {
    std::vector<Unit*> all = Process::units();
    all.insert(all.begin(), &unit_);
    return all;
  }

  [[nodiscard]] std::string config(const Unit* unit, bool json) const override {
    const auto* const hosted = dynamic_cast<const HostedUnit*>(unit);
    return hosted != nullptr ? hosted->config(json) : live_options().explain(json);
  }

 private:
  void open() override {
    unit_.open(take_inherited_sockets());
    for (const Listening& where : unit_.listening()) {
      if (where.is_local || !where.is_datagrams) continue;
      if (!handlers_.answers_datagrams || !options().access.empty()) continue;
      log().warn("{}: the sender of a datagram may be forged, and answers go to whom it names; {}",
                 where.endpoint, options().named("--allow says who gets them"));
    }
  }

  [[nodiscard]] std::vector<Listening> listening() const override { return unit_.listening(); }

  void share_hubs() override { unit_.share(hubs()); }

  void about_to_be_ready() override {
    const std::vector<Listening> where = unit_.listening();
    for (const Listening& one : where) log().info("listening on {}", one.endpoint);
    if (unit_.rules().tls && !where.empty()) tell_certificate();
    if (handlers_.ready) handlers_.ready(where);
  }

  // For clients that are to know this server again.
  void tell_certificate() {
    const gnet::Certificate certificate = unit_.rules().tls->certificate();
    log().info("certificate of {}: --pin {}", certificate.subject(), certificate.pin());
    log().info("its fingerprint: {}", certificate.fingerprint());
  }

  void start() override { unit_.start(); }

  [[nodiscard]] bool is_over() override {
    if (unit_.rules().admission.exhausted()) close_listeners();
    return unit_.is_over() || unit_.idle_limit().passed();
  }

  [[nodiscard]] gnet::Deadline next_look() const override { return unit_.idle_limit(); }

  void stop_listening() override { unit_.close_listeners(); }

  [[nodiscard]] std::uint64_t sessions() const override { return unit_.rules().admission.active(); }

  [[nodiscard]] gnet::Duration grace() const override { return unit_.grace(); }

  ServerUnit::Losses end(gnet::Deadline grace) override {
    unit_.stop(grace);
    return unit_.losses();
  }

  void add_stats(JsonObject& stats) const override {
    if (handlers_.stats) handlers_.stats(stats);
  }

  [[nodiscard]] std::string stats_lines() const override {
    return handlers_.stats_lines ? handlers_.stats_lines() : std::string();
  }

  // All or nothing: what may fail comes first.
  Reload read_again() override {
    LiveOptions::Update update = live_options().read_again();
    ServerUnit::Change change = unit_.prepare_change(update.part(options()));
    const std::vector<gnet::Certificate> certificates = change.certificates;
    adopt(*update.global, update.changed, update.part(options()).stats_interval);
    unit_.change(std::move(change), !update.changed.empty());
    tell_reload(update, certificates);
    Reload done{.changed = update.changed, .restart = update.restart};
    live_options().adopt(std::move(update));
    return done;
  }

  void tell_reload(const LiveOptions::Update& update,
                   const std::vector<gnet::Certificate>& certificates) const {
    for (const gnet::Certificate& certificate : certificates) {
      log().info("options read again, a new certificate of {}: --pin {}", certificate.subject(),
                 certificate.pin());
    }
    if (!update.changed.empty()) {
      log().info("options read again, changed: {}", fmt::join(update.changed, ", "));
    } else if (certificates.empty()) {
      log().info("options read again, nothing to change");
    }
    if (!update.restart.empty()) {
      log().warn("these options want a restart: {}", fmt::join(update.restart, ", "));
    }
    std::vector<std::string> pins;
    for (const gnet::Certificate& certificate : certificates) pins.push_back(certificate.pin());
    JsonObject told = event("reload")
                          .add("ok", true)
                          .add("changed", update.changed)
                          .add("restart", update.restart);
    if (!pins.empty()) told.add("pins", pins);
    tell_event(told, global().json);
  }

  const Handlers& handlers_;
  mutable ServerUnit unit_;
};

}  // namespace

Exit serve(const GlobalOptions& global, const ServerOptions& options, const Handlers& handlers) {
  if (HostedUnit* const hosted = HostedUnit::current()) {
    return hosted->serve(global, options, handlers);
  }
  return ServerRun(global, options, handlers).run();
}

bool is_controlled(const ServerOptions& options) noexcept {
  if (HostedUnit::current() != nullptr) return true;
  return options.control != "none" && !(options.name.empty() && options.control.empty());
}

}  // namespace cli
