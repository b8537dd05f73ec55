#include "gnet/http/request.h"

#include "gnet/http/http_error.h"
#include "gnet/http/server_conversation.h"

namespace gnet::http {

const Endpoint& Request::peer() const noexcept {
  return conversation_.peer();
}

std::string_view Request::read_some() {
  return conversation_.read_body();
}

std::string Request::read_all(std::size_t most) {
  std::string all;
  for (auto piece = read_some(); !piece.empty(); piece = read_some()) {
    if (piece.size() > most - all.size()) {
      throw HTTPError(413, "the body of the request is too large");
    }
    all += piece;
  }
  return all;
}

const FieldTable& Request::trailers() const noexcept {
  return conversation_.body().trailers();
}

}  // namespace gnet::http
