#include "gnet/diag/fiber_dump.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "gnet/fiber/control.h"

namespace gnet {
namespace {

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

void append_origin(std::string& out, const detail::FiberControl& fiber) {
  const SourceLocation& where = fiber.spawned_at;
  if (where.line() == 0) {
    out += " (the thread's own): ";
  } else {
    fmt::format_to(std::back_inserter(out), " (spawned at {}:{}): ", file_name(where.file_name()),
                   where.line());
  }
}

void append_wait(std::string& out, const detail::FiberControl& fiber) {
  if (fiber.state != FiberState::waiting || fiber.waits_for == nullptr) return;
  fmt::format_to(std::back_inserter(out), " for {}", fiber.waits_for->name);
  if (fiber.waits_on == nullptr) return;
  fmt::format_to(std::back_inserter(out), " {}", fmt::ptr(fiber.waits_on));
  if (fiber.waits_for->holder == nullptr) return;
  if (const detail::FiberControl* holder = fiber.waits_for->holder(fiber.waits_on)) {
    out += ", held by " + holder->display_name();
  }
}

}  // namespace

std::string fiber_dump(Hub& hub) {
  std::string text;
  hub.for_each_fiber([&text](const detail::FiberControl& fiber) {
    if (fiber.ended) return;
    text += fiber.display_name();
    append_origin(text, fiber);
    text += to_string(fiber.state);
    append_wait(text, fiber);
    text += '\n';
  });
  return text;
}

}  // namespace gnet
