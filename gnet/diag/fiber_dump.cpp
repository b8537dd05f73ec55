#include "gnet/diag/fiber_dump.h"

#include <fmt/format.h>

#include "gnet/fiber/control.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet {
std::string fiber_dump(Hub& hub) {
  std::string text;
  hub.for_each_fiber([&text](const detail::FiberControl& fiber) {
    if (fiber.ended) return;
    text += fmt::format("{} ({}): {}", fiber.display_name(), detail::origin_text(fiber.spawned_at),
                        to_string(fiber.state));
    if (fiber.state == FiberState::waiting && fiber.waits_for != nullptr) {
      text += " for " + detail::wait_text(fiber);
    }
    text += '\n';
  });
  return text;
}

}  // namespace gnet
