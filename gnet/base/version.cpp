#include "gnet/base/version.h"

namespace gnet {

std::string_view version() noexcept {
  return GNET_VERSION;
}

}  // namespace gnet
