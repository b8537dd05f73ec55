// The options of a running server, which SIGHUP has it read again.
//
// What was on the command line stays; environment and files are read anew. Options
// that are marked `live` in their row take effect, of the others it is only said
// that they would need a restart.
//
//   auto update = cli::live_options().read_again();   // throws UsageError: all stays as it was
//   apply(update.part(server_options));
//   cli::live_options().adopt(std::move(update));

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/line/parse.h"
#include "cli/line/settings.h"

namespace cli {

class LiveOptions {
 public:
  // What another reading has brought.
  struct Update {
    const Command* command = nullptr;
    std::shared_ptr<const void> options;  // of the command; keeps what is below alive
    const GlobalOptions* global = nullptr;
    std::vector<std::string> changed;  // keys of live options that have another value
    std::vector<std::string> restart;  // the same of options that are not live
    std::vector<Setting> settings;

    // What has become of a part of the command's options.
    template <typename Shared>
    [[nodiscard]] const Shared& part(const Shared& before) const {
      return *static_cast<const Shared*>(command->parts.at(before.number).member(options.get()));
    }
  };

  LiveOptions(CommandLine line, std::vector<Setting> settings, std::shared_ptr<const void> options)
      : line_(std::move(line)), settings_(std::move(settings)), options_(std::move(options)) {}

  // Throws UsageError.
  [[nodiscard]] Update read_again() const;

  [[nodiscard]] const Command& command() const noexcept { return *line_.command; }

  // What stood on the command line: environment and files are not among it.
  [[nodiscard]] const std::vector<Occurrence>& typed() const noexcept { return line_.occurrences; }

  // As --explain prints it.
  [[nodiscard]] std::string explain(bool json) const {
    return cli::explain(command(), settings_, options_.get(), json);
  }

  // From now on this is what others are compared with.
  void adopt(Update update);

 private:
  [[nodiscard]] bool differs(const Flag& flag, const Update& update) const;

  CommandLine line_;
  std::vector<Setting> settings_;
  std::shared_ptr<const void> options_;
};

// Those of this process; main() sets them.
void set_live_options(LiveOptions options);
[[nodiscard]] LiveOptions& live_options();

}  // namespace cli
