#include "gnet/http/content_encoder.h"

#include <algorithm>

#include "gnet/base/error.h"
#include "gnet/http/coding.h"

namespace gnet::http {
namespace {

class IdentityEncoding : public detail::Encoding {
 public:
  Step encode(std::string_view input, std::span<char> room, Then) override {
    const std::size_t size = input.copy(room.data(), room.size());
    return {size, size, size == input.size()};
  }
};

std::unique_ptr<detail::Encoding> make_encoding(ContentCoding coding,
                                                const EncodeOptions& options) {
  switch (coding) {
    case ContentCoding::gzip:
      return detail::gzip_encoding(options);
    case ContentCoding::deflate:
      return detail::deflate_encoding(options);
    case ContentCoding::br:
      return detail::br_encoding(options);
    case ContentCoding::zstd:
      return detail::zstd_encoding(options);
    case ContentCoding::identity:
      break;
  }
  return std::make_unique<IdentityEncoding>();
}

}  // namespace

ContentEncoder::ContentEncoder(ContentCoding coding, const EncodeOptions& options)
    : encoding_(make_encoding(coding, options)) {}
ContentEncoder::ContentEncoder(ContentEncoder&&) noexcept = default;
ContentEncoder& ContentEncoder::operator=(ContentEncoder&&) noexcept = default;
ContentEncoder::~ContentEncoder() = default;

ContentEncoder::Step ContentEncoder::encode(std::string_view input, std::span<char> room,
                                            Then then) {
  if (finished_) throw Misuse("a content encoder is given bytes after the last");
  if (room.size() < kMinRoom) throw Misuse("a content encoder is given too little room");
  if (within_ && (then != then_ || input.size() != left_)) {
    throw Misuse("a content encoder is given something else before it is done");
  }
  const Step step = encoding_->encode(input, room, then);
  within_ = !step.done;
  then_ = then;
  left_ = input.size() - step.consumed;
  finished_ = step.done && then == Then::finish;
  return step;
}

void ContentEncoder::append(std::string& out, std::string_view input, Then then) {
  for (bool done = false; !done;) {
    const std::size_t end = out.size();
    const std::size_t room = std::clamp<std::size_t>(input.size(), 256, 64 * 1024);
    out.resize(end + room);
    const Step step = encode(input, std::span(out).subspan(end), then);
    out.resize(end + step.written);
    input.remove_prefix(step.consumed);
    done = step.done;
  }
}

std::string encode_content(std::string_view body, ContentCoding coding, std::optional<int> level) {
  std::string out;
  ContentEncoder(coding, {.level = level, .size = body.size()})
      .append(out, body, ContentEncoder::Then::finish);
  return out;
}

}  // namespace gnet::http
