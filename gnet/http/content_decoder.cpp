#include "gnet/http/content_decoder.h"

#include <algorithm>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/http/coding.h"
#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

constexpr std::size_t kBetweenCodings = 4096;  // bytes

std::unique_ptr<detail::Decoding> make_decoding(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::gzip:
      return detail::gzip_decoding();
    case ContentCoding::deflate:
      return detail::deflate_decoding();
    case ContentCoding::br:
      return detail::br_decoding();
    case ContentCoding::zstd:
      return detail::zstd_decoding();
    case ContentCoding::identity:
      break;
  }
  return nullptr;
}

}  // namespace

// One of the codings, which reads what the one before it writes.
struct ContentDecoder::Link {
  std::unique_ptr<detail::Decoding> decoding;
  std::string_view input{};        // what is not consumed
  std::unique_ptr<char[]> buffer;  // holds the input, unless that is the body itself
  std::uint64_t made = 0;          // bytes so far
};

ContentDecoder::ContentDecoder(std::string_view content_encoding, const DecodeLimits& limits)
    : limits_(limits) {
  detail::Scanner scan(content_encoding);
  while (!scan.at_end() && !refusal_) {
    const std::string_view name = detail::trim(scan.until(','));
    if (!name.empty()) add(name);
  }
  // They are named in the order in which they were applied.
  std::ranges::reverse(links_);
  for (std::size_t i = 1; i < links_.size(); ++i) {
    links_[i].buffer = std::make_unique<char[]>(kBetweenCodings);
  }
}

ContentDecoder::ContentDecoder(ContentDecoder&&) noexcept = default;
ContentDecoder& ContentDecoder::operator=(ContentDecoder&&) noexcept = default;
ContentDecoder::~ContentDecoder() = default;

void ContentDecoder::add(std::string_view name) {
  const auto coding = parse_content_coding(name);
  if (!coding) return refuse(415, "the content coding is not known");
  if (*coding == ContentCoding::identity) return;
  if (links_.size() == kMaxCodings) return refuse(415, "there are too many content codings");
  links_.push_back({.decoding = make_decoding(*coding), .buffer = nullptr});
}

ContentDecoder::Step ContentDecoder::decode(std::string_view bytes, std::span<char> room) {
  if (room.empty()) throw Misuse("a content decoder is given no room");
  if (refusal_ || done_) return {0, 0};
  if (links_.empty()) return copy(bytes, room);
  Link& first = links_.front();
  first.input = bytes;
  received_ += bytes.size();
  // One byte beyond the bound is how it is noticed.
  if (const std::uint64_t left = limits_.output - decoded_; left < room.size()) {
    room = room.first(static_cast<std::size_t>(left) + 1);
  }
  const std::size_t written = pull(links_.size() - 1, room);
  const std::size_t left = std::exchange(first.input, {}).size();
  received_ -= left;
  if (!refusal_ && written > limits_.output - decoded_) refuse(413, "the body is too large");
  full_ = !refusal_ && written == room.size();
  if (refusal_) return {bytes.size() - left, 0};
  decoded_ += written;
  return {bytes.size() - left, written};
}

ContentDecoder::Step ContentDecoder::copy(std::string_view bytes, std::span<char> room) noexcept {
  const std::size_t size = bytes.copy(room.data(), room.size());
  if (size > limits_.output - decoded_) {
    refuse(413, "the body is too large");
    return {0, 0};
  }
  received_ += size;
  decoded_ += size;
  full_ = size == room.size();
  return {size, size};
}

// Lets the link at `index` write, and those before it as far as it needs them.
std::size_t ContentDecoder::pull(std::size_t index, std::span<char> room) {
  Link& link = links_[index];
  std::size_t written = 0;
  while (!refusal_) {
    const auto step = link.decoding->decode(link.input, room.subspan(written));
    link.input.remove_prefix(step.consumed);
    written += step.written;
    if (!step.error.empty()) {
      refuse(400, step.error);
      break;
    }
    count(link, step.written);
    if (written == room.size() || index == 0) break;
    const std::size_t more = pull(index - 1, {link.buffer.get(), kBetweenCodings});
    if (more == 0) break;
    link.input = {link.buffer.get(), more};
  }
  return written;
}

// What is between the codings counts as well: it is work.
void ContentDecoder::count(Link& link, std::size_t written) noexcept {
  link.made += written;
  if (limits_.ratio == 0 || link.made <= limits_.ratio_from) return;
  const std::uint64_t taken = received_ - links_.front().input.size();
  if (link.made / limits_.ratio > taken) refuse(413, "the body becomes too many times its size");
}

void ContentDecoder::finish() {
  if (refusal_ || done_) return;
  if (full_) throw Misuse("a content decoder is ended before all was taken out of it");
  done_ = std::ranges::all_of(links_, [](const Link& link) { return link.decoding->may_end(); });
  if (!done_) refuse(400, "the compressed body is cut off");
}

void ContentDecoder::refuse(int status, std::string_view reason) noexcept {
  refusal_ = {status, reason};
}

}  // namespace gnet::http
