#include "gnet/fiber/wait_graph.h"

#include <fmt/format.h>

#include <string_view>

#include "gnet/fiber/hub.h"

namespace gnet {

using detail::FiberControl;

std::string detail::origin_text(const SourceLocation& where) {
  if (where.line() == 0) return "the thread's own";
  const std::string_view file = where.file_name();
  return fmt::format("spawned at {}:{}", file.substr(file.rfind('/') + 1), where.line());
}

std::string detail::wait_text(const FiberControl& fiber) {
  const WaitKind& kind = *fiber.waits_for;
  std::string text = kind.name;
  if (fiber.waits_on == nullptr) return text;
  const FiberControl* holder = kind.holder != nullptr ? kind.holder(fiber.waits_on) : nullptr;
  if (holder == fiber.waits_on) return text + ' ' + holder->display_name();
  if (kind.object_name != nullptr) return text + ' ' + kind.object_name(fiber.waits_on);
  text += fmt::format(" {}", fiber.waits_on);
  if (holder != nullptr) text += ", held by " + holder->display_name();
  return text;
}

std::string Hub::wait_graph() {
  std::string text;
  all_fibers_.for_each([&text](FiberControl& fiber) {
    if (fiber.state != FiberState::waiting) return;
    if (!text.empty()) text += '\n';
    text += fmt::format("  {} ({}) waits for {}", fiber.display_name(),
                        detail::origin_text(fiber.spawned_at), detail::wait_text(fiber));
  });
  return text;
}

}  // namespace gnet
