#include "gnet/protocol/framer.h"

#include <algorithm>

#include "gnet/base/error.h"

namespace gnet {

MessageTooLong::MessageTooLong(std::size_t limit)
    : std::length_error("a message of more than " + std::to_string(limit) + " bytes"),
      limit_(limit) {}

namespace detail {

// ---- delimiter ----

DelimiterCut::DelimiterCut(std::string delimiter, std::size_t limit)
    : delimiter_(std::move(delimiter)), limit_(limit) {
  if (delimiter_.empty()) throw Misuse("a delimiter cannot be empty");
}

Frame DelimiterCut::cut(std::string_view view, std::size_t seen) const {
  // It may have begun in what was looked at before.
  const std::size_t from = seen - std::min(seen, delimiter_.size() - 1);
  const std::size_t at = view.find(delimiter_, from);
  if (at == std::string_view::npos) {
    if (view.size() >= limit_ + delimiter_.size()) throw MessageTooLong(limit_);
    return {};
  }
  if (at > limit_) throw MessageTooLong(limit_);
  return {0, at, at + delimiter_.size()};
}

std::size_t DelimiterCut::wanted(std::string_view kept, std::string_view data) const noexcept {
  static_cast<void>(kept);
  // Through the first place where the delimiter can end.
  const std::size_t at = data.find(delimiter_.back());
  return at == std::string_view::npos ? data.size() : at + 1;
}

void DelimiterCut::append(std::string_view message, std::string& text) const {
  if (message.size() > limit_) throw MessageTooLong(limit_);
  const std::size_t begin = text.size();
  text.append(message).append(delimiter_);
  // It may also begin in the message and end in itself.
  if (text.find(delimiter_, begin) == begin + message.size()) return;
  text.resize(begin);
  throw Misuse("a message cannot contain its delimiter");
}

// ---- line ----

Frame LineCut::cut(std::string_view view, std::size_t seen) const {
  const std::size_t at = view.find('\n', seen);
  if (at == std::string_view::npos) {
    // The last byte may be the CR of the end.
    if (view.size() > limit_ + 1) throw MessageTooLong(limit_);
    if (view.size() == limit_ + 1 && view.back() != '\r') throw MessageTooLong(limit_);
    return {};
  }
  const std::size_t size = at > 0 && view[at - 1] == '\r' ? at - 1 : at;
  if (size > limit_) throw MessageTooLong(limit_);
  return {0, size, at + 1};
}

std::size_t LineCut::wanted(std::string_view kept, std::string_view data) const noexcept {
  static_cast<void>(kept);
  const std::size_t at = data.find('\n');
  return at == std::string_view::npos ? data.size() : at + 1;
}

void LineCut::append(std::string_view message, std::string& text) const {
  if (message.size() > limit_) throw MessageTooLong(limit_);
  if (message.find('\n') != std::string_view::npos) {
    throw Misuse("a line cannot contain the end of a line");
  }
  text.append(message).append(message.ends_with('\r') ? "\r\n" : "\n");
}

// ---- length prefix ----

LengthCut::LengthCut(Prefix prefix, std::size_t limit) noexcept
    : bytes_(prefix == Prefix::u8                                   ? 1
             : prefix == Prefix::u16_be || prefix == Prefix::u16_le ? 2
                                                                    : 4),
      little_(prefix == Prefix::u16_le || prefix == Prefix::u32_le),
      limit_(std::min(limit, (std::size_t{1} << (8 * bytes_)) - 1)) {}

std::size_t LengthCut::length(std::string_view view) const noexcept {
  std::size_t result = 0;
  for (std::size_t i = 0; i < bytes_; ++i) {
    const auto byte = static_cast<unsigned char>(view[little_ ? bytes_ - 1 - i : i]);
    result = result << 8 | byte;
  }
  return result;
}

Frame LengthCut::cut(std::string_view view, std::size_t seen) const {
  static_cast<void>(seen);
  if (view.size() < bytes_) return {};
  const std::size_t size = length(view);
  if (size > limit_) throw MessageTooLong(limit_);
  if (view.size() - bytes_ < size) return {};
  return {bytes_, size, bytes_ + size};
}

std::size_t LengthCut::wanted(std::string_view kept, std::string_view data) const noexcept {
  const std::size_t whole = kept.size() < bytes_ ? bytes_ : bytes_ + length(kept);
  return std::min(whole - kept.size(), data.size());
}

void LengthCut::append(std::string_view message, std::string& text) const {
  if (message.size() > limit_) throw MessageTooLong(limit_);
  for (std::size_t i = 0; i < bytes_; ++i) {
    const std::size_t place = little_ ? i : bytes_ - 1 - i;
    text.push_back(static_cast<char>(message.size() >> (8 * place)));
  }
  text.append(message);
}

// ---- fixed ----

FixedCut::FixedCut(std::size_t size) : size_(size) {
  if (size == 0) throw Misuse("a message has at least one byte");
}

Frame FixedCut::cut(std::string_view view, std::size_t seen) const noexcept {
  static_cast<void>(seen);
  if (view.size() < size_) return {};
  return {0, size_, size_};
}

std::size_t FixedCut::wanted(std::string_view kept, std::string_view data) const noexcept {
  return std::min(size_ - kept.size(), data.size());
}

void FixedCut::append(std::string_view message, std::string& text) const {
  if (message.size() != size_) {
    throw Misuse("a message has " + std::to_string(size_) + " bytes, not " +
                 std::to_string(message.size()));
  }
  text.append(message);
}

}  // namespace detail
}  // namespace gnet
