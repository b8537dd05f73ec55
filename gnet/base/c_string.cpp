#include "gnet/base/c_string.h"

#include "gnet/base/error.h"
#include "gnet/base/utf8.h"

namespace gnet {

void refuse_nul(std::string_view text, std::string_view context, std::string_view what) {
  if (text.find('\0') == std::string_view::npos) return;
  throw SystemError(std::make_error_code(std::errc::invalid_argument), printable(context),
                    printable(what) + " holds a NUL byte");
}

}  // namespace gnet
