#include "gnet/fiber/terminate.h"

#include <fmt/format.h>
#include <unistd.h>

#include <exception>
#include <string>

#include "gnet/base/unpatched.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet::detail {
namespace {

std::terminate_handler previous;

void on_terminate() {
  if (const auto error = std::current_exception()) try {
      std::rethrow_exception(error);
    } catch (const Interrupt& interrupt) {
      std::string where;
      detail::Scheduler* hub = detail::Scheduler::current_if_any();
      const FiberControl* fiber = hub != nullptr ? hub->running_if_any() : nullptr;
      if (fiber != nullptr) {
        where = fmt::format(" in {} ({})", fiber->display_name(), origin_text(fiber->spawned_at));
      }
      const std::string line = fmt::format("gnet: not caught{}: {}\n", where, interrupt.what());
      const Unpatched unpatched;
      [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
    } catch (...) {
      // The handler before this one has words for those.
    }
  previous();
}

}  // namespace

void install_terminate_handler() {
  static const bool installed = (previous = std::set_terminate(on_terminate), true);
  static_cast<void>(installed);
}

}  // namespace gnet::detail
