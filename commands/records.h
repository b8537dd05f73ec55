// Standard input as records: lines, or what is between NUL bytes.
//
//   Records records('\n');
//   while (auto record = records.next()) socket.send(*record);
//
// Threads: as cli::Input.

#pragma once

#include <optional>
#include <string>

#include "cli/client/input.h"

namespace commands {

class Records {
 public:
  // What is at the end of each.
  explicit Records(char end) : end_(end) {}

  // The next one, without its end; the last one may have none. Nothing at the end of the input.
  // Suspends. Throws Failure (io) for one of more than 16 MiB, of which half would be another.
  [[nodiscard]] std::optional<std::string> next();

 private:
  cli::Input input_;
  const char end_;
  std::string buffer_;
  std::size_t looked_at_ = 0;
  std::size_t begin_ = 0;
};

}  // namespace commands
