// What is said of a run of gnet load beside its numbers.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/load_compare.h"

namespace commands {

struct LoadVerdict {
  std::vector<std::string> failed;  // what was found of the conditions of --fail-if that are true
  std::optional<LoadComparison> comparison;
  std::string find_rate;  // the condition of it; empty: no rate was looked for

  // Neither --fail-if nor --regress has anything against it.
  [[nodiscard]] bool passed() const {
    return failed.empty() && (!comparison || comparison->regressions().empty());
  }
};

}  // namespace commands
