#include "cli/line/hosted.h"

namespace cli {

gnet::ContextVar<Hosted*>& Hosted::in_this_fiber() {
  static gnet::ContextVar<Hosted*> variable;
  return variable;
}

Hosted* Hosted::current() noexcept {
  return *in_this_fiber();
}

}  // namespace cli
