#include "cli/line/log_setup.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/error.h"

namespace cli {

void set_up_log(const GlobalOptions& options) {
  const std::string target = options.log_file.empty() ? "stderr" : options.log_file;
  gnet::set_log_sink(open_log(target, options.log_format));
  gnet::set_log_level(options.effective_log_level());
}

gnet::LogWriter open_log(const std::string& target, gnet::LogFormat format) {
  const auto refused = [target](int error) {
    write_all(STDERR_FILENO, fmt::format("gnet: cannot write {}: {}; lines are lost until it can\n",
                                         target, error_text(error)));
  };
  try {
    return gnet::LogWriter(target, {.format = format, .on_refused = refused});
  } catch (const std::system_error& error) {
    throw Failure(Exit::io, gnet::describe(error));
  }
}

}  // namespace cli
