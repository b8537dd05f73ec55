#include "cli/server/fiber_dump.h"

#include <fmt/format.h>

#include "cli/out/server_output.h"
#include "gnet/diag/dump.h"
#include "gnet/fiber/fiber.h"

namespace cli {
namespace {

void dump_fibers_of(gnet::HubGroup& hubs, std::size_t hub) {
  const std::string fibers = hubs.run(hub, [] { return gnet::diag::dump(); });
  post_report(fmt::format("thread {}-{}:\n{}", kThreadName, hub, fibers));
}

}  // namespace

void dump_other_fibers(const std::shared_ptr<gnet::HubGroup>& hubs) {
  for (std::size_t hub = 1; hubs && hub < hubs->size(); ++hub) dump_fibers_of(*hubs, hub);
}

void dump_all_fibers(const std::shared_ptr<gnet::HubGroup>& hubs) {
  post_report(gnet::diag::dump());
  for (std::size_t hub = 1; hubs && hub < hubs->size(); ++hub) {
    gnet::spawn([hubs, hub] {
      try {
        dump_fibers_of(*hubs, hub);
      } catch (const gnet::ResultAbandoned&) {
        // It has ended.
      }
    });
  }
}

}  // namespace cli
