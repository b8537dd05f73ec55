#include "gnet/base/unpatched.h"

namespace gnet::detail {

constinit thread_local int Unpatched::depth_ = 0;

}  // namespace gnet::detail
