#include "gnet/zmq/error.h"

#include <zmq.h>

#include <cctype>
#include <string>

#include "gnet/base/error.h"

namespace gnet::zmq {

const std::error_category& zmq_category() noexcept {
  static const struct : std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "zmq"; }
    [[nodiscard]] std::string message(int code) const override {
      std::string text = zmq_strerror(code);
      if (!text.empty()) {
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
      }
      return text;
    }
  } category;
  return category;
}

void detail::throw_zmq_error(std::string_view context) {
  const int number = zmq_errno();
  if (number < ZMQ_HAUSNUMERO) throw_errno(number, context);
  throw_error(std::error_code(number, zmq_category()), context);
}

}  // namespace gnet::zmq
