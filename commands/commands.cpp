#include "commands/commands.h"

namespace commands {

cli::Commands all() {
  return {&completion, &help, &version, &man};
}

}  // namespace commands
