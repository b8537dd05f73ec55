#include "cli/log_setup.h"

#include "cli/failure.h"
#include "gnet/base/error.h"
#include "gnet/base/log_writer.h"

namespace cli {

void set_up_log(const GlobalOptions& options) {
  const std::string target = options.log_file.empty() ? "stderr" : options.log_file;
  try {
    gnet::set_log_sink(gnet::LogWriter(target, options.log_format));
  } catch (const std::system_error& error) {
    throw Failure(Exit::io, gnet::describe(error));
  }
  gnet::set_log_level(options.effective_log_level());
}

}  // namespace cli
