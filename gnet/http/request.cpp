#include "gnet/http/request.h"

#include "gnet/http/form.h"
#include "gnet/http/http_error.h"
#include "gnet/http/server_conversation.h"
#include "gnet/io/tls_stream.h"

namespace gnet::http {

const Endpoint& Request::peer() const noexcept {
  return conversation_.peer();
}

Endpoint Request::local() const {
  return conversation_.stream().local_endpoint();
}

bool Request::is_secure() const noexcept {
  return dynamic_cast<const TLSStream*>(&conversation_.stream().concrete()) != nullptr;
}

std::uint64_t Request::connection() const noexcept {
  return conversation_.connection();
}

const Logger& Request::log() const {
  return conversation_.log();
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  return form_value(query(), name);
}

std::string_view Request::param(std::string_view name) const noexcept {
  for (const Route* route = route_; route != nullptr; route = route->outer_) {
    if (route->params_ == nullptr) continue;
    for (const PathParam& param : *route->params_) {
      if (param.name == name) return param.value;
    }
  }
  return {};
}

std::optional<std::string_view> Request::below() const noexcept {
  return route_ == nullptr ? std::nullopt : route_->below_;
}

std::string_view Request::read_some() {
  return conversation_.read_body();
}

std::string Request::read_all(std::size_t most) {
  std::string all;
  const auto require_room = [&](std::uint64_t size) {
    if (size > most - all.size()) throw HTTPError(413, "the body of the request is too large");
  };
  require_room(conversation_.body().pending());  // before the client is told to go on with it
  for (auto piece = read_some(); !piece.empty(); piece = read_some()) {
    require_room(piece.size());
    all += piece;
  }
  return all;
}

const FieldTable& Request::trailers() const noexcept {
  return conversation_.body().trailers();
}

}  // namespace gnet::http
