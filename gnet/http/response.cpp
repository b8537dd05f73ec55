#include "gnet/http/response.h"

#include <stdexcept>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/http/http_error.h"
#include "gnet/http/server_conversation.h"

namespace gnet::http {

Response::Response(detail::ServerConversation& conversation) noexcept
    : conversation_(conversation), headers_(conversation.begin_headers()) {}

void Response::require_head() const {
  if (started()) throw Misuse("the head of this response was sent already");
}

void Response::require_not_ended() const {
  if (state_ >= State::done) throw Misuse("this response has ended");
}

Response& Response::status(int code, std::string_view reason) {
  require_head();
  if (code < 200 || code > 599) throw std::invalid_argument("a status that is none of a response");
  status_ = code;
  reason_ = reason;
  return *this;
}

void Response::inform(int code, const Headers& fields) {
  require_head();
  if (code < 102 || code > 199) throw std::invalid_argument("a status that is none of an interim");
  conversation_.inform(code, fields);
}

Response& Response::type(std::string_view media_type) {
  require_head();
  headers_.set(FieldName::content_type, media_type);
  return *this;
}

Response& Response::set(std::string_view name, std::string_view value) {
  require_head();
  headers_.set(name, value);
  return *this;
}

Response& Response::add(std::string_view name, std::string_view value) {
  require_head();
  headers_.add(name, value);
  return *this;
}

Response& Response::fail(const HTTPError& error) {
  require_head();
  for (const std::string_view name :
       {"Content-Length", "Transfer-Encoding", "Content-Type", "Content-Encoding",
        "Content-Language", "Content-Range", "Content-Disposition", "ETag", "Last-Modified",
        "Cache-Control", "Expires", "Accept-Ranges", "Location"}) {
    headers_.erase(name);
  }
  status_ = error.status();
  reason_.clear();
  for (const auto& field : error.headers()) headers_.set(field.name, field.value);
  return *this;
}

bool Response::lost() const noexcept {
  return conversation_.lost();
}

Response& Response::close() noexcept {
  close_ = true;
  return *this;
}

void Response::send(std::string_view body) {
  require_head();
  conversation_.send(*this, body);
}

void Response::write(std::string_view piece) {
  require_not_ended();
  count(piece.size());
  conversation_.write(*this, piece);
}

Response& Response::length(std::uint64_t bytes) {
  require_head();
  length_ = bytes;
  has_length_ = true;
  return *this;
}

// Before they are sent: what would be too much is not.
void Response::count(std::uint64_t bytes) {
  if (!has_length_) return;
  if (bytes > length_ - written_) throw Misuse("more of a body than was told");
  written_ += bytes;
}

void Response::send_file(int file, std::uint64_t offset, std::uint64_t size) {
  length(size).count(size);
  conversation_.send_file(*this, file, offset, size);
}

void Response::write_file(int file, std::uint64_t offset, std::uint64_t size) {
  require_not_ended();
  count(size);
  conversation_.write_file(*this, file, offset, size);
}

void Response::end() {
  if (state_ < State::done) conversation_.end(*this, nullptr);
}

void Response::end(const Headers& trailers) {
  require_not_ended();
  conversation_.end(*this, &trailers);
}

ByteStream& Response::upgrade(std::string_view protocol) {
  require_head();
  return conversation_.upgrade(*this, protocol);
}

ByteStream& Response::tunnel() {
  require_head();
  return conversation_.tunnel(*this);
}

ByteStream& Response::by_hand() {
  require_head();
  return conversation_.by_hand(*this);
}

void Response::on_drain(UniqueFunction<void()> function) {
  conversation_.on_drain(std::move(function));
}

}  // namespace gnet::http
