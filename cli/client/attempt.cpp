#include "cli/client/attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "cli/client/dialler.h"
#include "gnet/fiber/cancel_scope.h"

namespace cli {

Attempt attempt(gnet::Deadline deadline, const std::function<void()>& function) {
  const gnet::TimePoint began = gnet::Clock::now();
  const gnet::Duration limit = deadline.remaining();
  Attempt made;
  gnet::CancelScope scope(deadline);
  const bool completed = scope.run([&] {
    try {
      function();
    } catch (const std::system_error& error) {
      made.late = error.code() == std::errc::timed_out;
      made.error = std::current_exception();
    } catch (const std::exception&) {
      made.error = std::current_exception();
    }
  });
  made.late = made.late || !completed;
  if (made.late) {
    // A limit of its own may have been shorter.
    const gnet::Duration passed = gnet::Clock::now() - began;
    made.reason =
        fmt::format("no answer within {}", gnet::format_duration(std::min(passed, limit), 2));
  } else if (made.error) {
    made.reason = reason_of(made.error);
  }
  return made;
}

}  // namespace cli
