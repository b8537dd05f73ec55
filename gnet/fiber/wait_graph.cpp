#include "gnet/fiber/wait_graph.h"

#include <fmt/format.h>

#include <string_view>

#include "gnet/fiber/scheduler.h"

namespace gnet {

using detail::FiberControl;

std::string detail::origin_text(const SourceLocation& where) {
  if (where.line() == 0) return "the thread's own";
  const std::string_view file = where.file_name();
  // A constructor called by std::make_unique: who called that is not known.
  if (file.find("/include/c++/") != file.npos) return "spawned through the standard library";
  return fmt::format("spawned at {}:{}", file.substr(file.rfind('/') + 1), where.line());
}

using detail::Enders;
using detail::WaitKind;

Enders detail::enders_of(const FiberControl& fiber) {
  Enders enders;
  if (fiber.waits_on == nullptr) return enders;
  const WaitKind& kind = *fiber.waits_for;
  if (kind.enders != nullptr) {
    kind.enders(fiber, enders);
  } else if (kind.holder != nullptr) {
    if (const FiberControl* holder = kind.holder(fiber.waits_on)) {
      enders.which = Enders::Which::any;
      enders.fibers.push_back(holder);
    }
  }
  return enders;
}

std::string detail::wait_text(const FiberControl& fiber) {
  const WaitKind& kind = *fiber.waits_for;
  std::string text = kind.name;
  if (fiber.waits_on == nullptr) return text;
  const Enders enders = enders_of(fiber);
  const bool known = enders.which == Enders::Which::any && !enders.fibers.empty();
  const FiberControl* first = known ? enders.fibers.front() : nullptr;
  if (first == fiber.waits_on) return text + ' ' + first->display_name();
  if (kind.object_name != nullptr) return text + ' ' + kind.object_name(fiber.waits_on);
  text += fmt::format(" {}", fiber.waits_on);
  if (!known) return text;
  text += fmt::format(", {} {}", kind.relation, first->display_name());
  if (first->ended) text += ", which has ended";
  if (enders.fibers.size() > 1) text += fmt::format(" and {} more", enders.fibers.size() - 1);
  return text;
}

std::string detail::wait_line(const FiberControl& fiber) {
  return fmt::format("  {} ({}) waits for {}", fiber.display_name(), origin_text(fiber.spawned_at),
                     wait_text(fiber));
}

}  // namespace gnet
