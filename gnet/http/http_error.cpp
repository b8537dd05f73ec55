#include "gnet/http/http_error.h"

namespace gnet::http {

HTTPError::HTTPError(int status, const std::string& text)
    : std::runtime_error(text), status_(status) {
  if (status < 400 || status > 599)
    throw std::invalid_argument("HTTPError: a status that is no error");
}

}  // namespace gnet::http
