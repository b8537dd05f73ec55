#include "cli/client/target.h"

#include "cli/line/value.h"

namespace cli {

void read_value(std::string_view text, Target& target) {
  read_value(text, target.endpoint);
  target.given = true;
}

std::string show(const Target& target) {
  return show(target.endpoint);
}

}  // namespace cli
