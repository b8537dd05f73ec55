#include "gnet/http/client_response.h"

#include <utility>

#include "gnet/http/exchange.h"

namespace gnet::http {

ClientResponse::ClientResponse(std::unique_ptr<detail::Exchange> exchange) noexcept
    : exchange_(std::move(exchange)) {}
ClientResponse::ClientResponse(ClientResponse&&) noexcept = default;
ClientResponse& ClientResponse::operator=(ClientResponse&&) noexcept = default;
ClientResponse::~ClientResponse() = default;

int ClientResponse::status() const noexcept {
  return exchange_->status;
}

std::string_view ClientResponse::reason() const noexcept {
  return exchange_->reason;
}

int ClientResponse::minor_version() const noexcept {
  return exchange_->minor_version;
}

const Headers& ClientResponse::headers() const noexcept {
  return exchange_->headers;
}

std::optional<std::string_view> ClientResponse::header(std::string_view name) const noexcept {
  return exchange_->headers.get(name);
}

BodyFraming ClientResponse::framing() const noexcept {
  return exchange_->framing;
}

bool ClientResponse::is_decoded() const noexcept {
  return exchange_->is_decoded();
}

const URL& ClientResponse::url() const noexcept {
  return exchange_->request.url;
}

const std::vector<Redirection>& ClientResponse::redirects() const noexcept {
  return exchange_->redirects;
}

const std::string& ClientResponse::peer() const noexcept {
  return exchange_->peer;
}

ClientTimings ClientResponse::timings() const {
  return exchange_->timings();
}

std::string_view ClientResponse::read_some() {
  return exchange_->read_some();
}

std::string ClientResponse::read_all(std::size_t most) {
  return exchange_->read_all(most);
}

std::uint64_t ClientResponse::received() const noexcept {
  return exchange_->received();
}

const Headers& ClientResponse::trailers() const noexcept {
  return exchange_->trailers;
}

UpgradedStream ClientResponse::take_stream() {
  return exchange_->take_stream();
}

}  // namespace gnet::http
