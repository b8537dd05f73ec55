#include "gnet/base/mask.h"

#include <algorithm>
#include <array>

namespace gnet {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::array<std::string_view, 2> kLineKeys = {"authorization", "cookie"};
constexpr std::array<std::string_view, 7> kWordKeys = {"token",  "password", "passwd", "passphrase",
                                                       "secret", "apikey",   "api_key"};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

bool ends_with_key(std::string_view word, std::string_view key) {
  if (word.size() < key.size()) return false;
  const std::string_view end = word.substr(word.size() - key.size());
  return std::equal(end.begin(), end.end(), key.begin(), [](char a, char b) {
    // "api-key" and "API_KEY" are the same word.
    const char folded = a == '-' ? '_' : static_cast<char>(a >= 'A' && a <= 'Z' ? a + 32 : a);
    return folded == b;
  });
}

template <std::size_t N>
bool ends_with_any(std::string_view word, const std::array<std::string_view, N>& keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](std::string_view key) { return ends_with_key(word, key); });
}

// Reads the text once from left to right, copying it piece by piece.
class Masker {
 public:
  explicit Masker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (text_.substr(at_, 3) == "://") {
        url();
      } else if (is_word(text_[at_]) || is_quote(text_[at_])) {
        word();
      } else {
        copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t size) {
    out_ += text_.substr(at_, size);
    at_ += size;
  }

  void mask(std::size_t size) {
    if (size != 0) out_ += kMask;
    at_ += size;
  }

  [[nodiscard]] bool more() const { return at_ < text_.size(); }

  // user:password@ after "://". The password may itself have an '@' or ':' in it, so the last '@'
  // of the authority ends it.
  void url() {
    copy(3);
    const std::size_t end = std::min(text_.find_first_of("/?# \t\r\n\"'<>", at_), text_.size());
    const std::string_view authority = text_.substr(at_, end - at_);
    const std::size_t at_sign = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    if (at_sign == std::string_view::npos || colon == std::string_view::npos || colon > at_sign) {
      return;
    }
    copy(colon + 1);
    mask(at_sign - colon - 1);
  }

  void word() {
    const bool option = text_.substr(at_, 2) == "--";
    char quote = '\0';
    if (is_quote(text_[at_])) {
      quote = text_[at_];
      copy(1);
    }
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string_view name = text_.substr(at_, end - at_);
    copy(name.size());
    const bool line = ends_with_any(name, kLineKeys);
    if (!line && !ends_with_any(name, kWordKeys)) return;
    // What may stand between the name and its value: the closing quote, blanks, '=' or ':'.
    std::size_t i = at_;
    if (quote != '\0' && i < text_.size() && text_[i] == quote) ++i;
    while (i < text_.size() && is_blank(text_[i])) ++i;
    if (i < text_.size() && (text_[i] == '=' || text_[i] == ':')) {
      ++i;
    } else if (!option || i == at_) {
      return;
    }
    while (i < text_.size() && is_blank(text_[i])) ++i;
    copy(i - at_);
    value(line);
  }

  void value(bool line) {
    if (!more()) return;
    std::string_view stop = line ? "\r\n" : " \t\r\n&,;)]}\"'";
    if (is_quote(text_[at_])) {
      const char quote = text_[at_];
      copy(1);
      std::size_t end = at_;
      while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
      mask(std::min(end, text_.size()) - at_);
      return;
    }
    mask(std::min(text_.find_first_of(stop, at_), text_.size()) - at_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string mask_secrets(std::string_view text) {
  return Masker(text).run();
}

}  // namespace gnet
