#include "commands/line_reader.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "gnet/base/utf8.h"
#include "gnet/fiber/hub.h"
#include "gnet/io/buffer_lease.h"

namespace commands {
namespace {

// A line that is longer is cut.
constexpr std::size_t kLongestLine = 8 * 1024;

}  // namespace

void read_lines(gnet::ByteStream& from, const std::function<void(std::string_view lines)>& take) {
  std::string lines;
  const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kLongestLine);
  for (;;) {
    std::size_t count = 0;
    try {
      count = from.receive(buffer.data(), kLongestLine);
    } catch (const std::system_error&) {
      // Closed.
    }
    if (count == 0) break;
    lines.append(buffer.data(), count);
    const std::size_t last = lines.size() >= kLongestLine ? lines.size() : lines.rfind('\n') + 1;
    if (last == 0) continue;
    take(std::string_view(lines).substr(0, last));
    lines.erase(0, last);
  }
  if (!lines.empty()) take(lines);
}

void log_lines(const gnet::Logger& log, std::string_view name, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string line = gnet::printable(lines.substr(0, end));
    if (end > 0 && name.empty()) log.info("{}", line);
    if (end > 0 && !name.empty()) log.info("{}: {}", gnet::printable(name), line);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

}  // namespace commands
