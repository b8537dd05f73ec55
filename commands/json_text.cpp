#include "commands/json_text.h"

#include <algorithm>

namespace commands {
namespace {

constexpr std::size_t kDeepest = 1000;
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kName = "\x1b[34m";
constexpr std::string_view kString = "\x1b[32m";
constexpr std::string_view kNumber = "\x1b[36m";
constexpr std::string_view kWord = "\x1b[35m";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Goes through the text once, without recursion: what is open is on a stack of brackets.
class Formatter {
 public:
  Formatter(std::string_view text, bool color) : rest_(text), color_(color) {}

  std::optional<std::string> run() {
    do {
      skip_space();
      if (!value()) return std::nullopt;
      if (!close_what_ends()) return std::nullopt;
    } while (!open_.empty());
    skip_space();
    if (!rest_.empty()) return std::nullopt;
    out_ += '\n';
    return std::move(out_);
  }

 private:
  // A value, or what a structure begins with.
  bool value() {
    if (rest_.empty()) return false;
    if (open_.ends_with('{') && !name()) return false;
    switch (rest_.empty() ? '\0' : rest_.front()) {
      case '{':
      case '[':
        return structure();
      case '"':
        return string(kString);
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool name() {
    if (!string(kName)) return false;
    skip_space();
    if (!eat(':')) return false;
    out_ += ": ";
    skip_space();
    return true;
  }

  bool structure() {
    const char begin = rest_.front();
    rest_.remove_prefix(1);
    skip_space();
    out_ += begin;
    if (eat(begin == '{' ? '}' : ']')) {
      out_ += begin == '{' ? '}' : ']';
      return true;
    }
    if (open_.size() == kDeepest) return false;
    open_ += begin;
    just_opened_ = true;
    new_line();
    return true;
  }

  // Behind a value: a comma, or the ends of structures.
  bool close_what_ends() {
    if (just_opened_) {
      just_opened_ = false;
      return true;
    }
    while (!open_.empty()) {
      skip_space();
      if (eat(',')) {
        out_ += ',';
        new_line();
        return true;
      }
      const char end = open_.back() == '{' ? '}' : ']';
      if (!eat(end)) return false;
      open_.pop_back();
      new_line();
      out_ += end;
    }
    return true;
  }

  bool string(std::string_view color) {
    std::size_t i = 1;
    if (rest_.empty() || rest_.front() != '"') return false;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (static_cast<unsigned char>(rest_[i]) < 0x20) return false;
      if (rest_[i] != '\\') continue;
      if (++i == rest_.size()) return false;
      if (rest_[i] == 'u') {
        const std::string_view digits = rest_.substr(i + 1, 4);
        if (digits.size() != 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos)
          return false;
      } else if (std::string_view("\"\\/bfnrt").find(rest_[i]) == std::string_view::npos) {
        return false;
      }
    }
    if (i >= rest_.size()) return false;
    return take(i + 1, color);
  }

  bool number() {
    std::size_t i = rest_.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
      const std::size_t from = i;
      while (i < rest_.size() && is_digit(rest_[i])) ++i;
      return i > from;
    };
    const bool zero = i < rest_.size() && rest_[i] == '0';
    const std::size_t from = i;
    if (!digits() || (zero && i > from + 1)) return false;
    if (i < rest_.size() && rest_[i] == '.') {
      ++i;
      if (!digits()) return false;
    }
    if (i < rest_.size() && (rest_[i] == 'e' || rest_[i] == 'E')) {
      ++i;
      if (i < rest_.size() && (rest_[i] == '+' || rest_[i] == '-')) ++i;
      if (!digits()) return false;
    }
    return take(i, kNumber);
  }

  bool word(std::string_view text) { return rest_.starts_with(text) && take(text.size(), kWord); }

  bool take(std::size_t size, std::string_view color) {
    if (color_) out_ += color;
    out_ += rest_.substr(0, size);
    if (color_) out_ += kPlain;
    rest_.remove_prefix(size);
    return true;
  }

  void new_line() {
    out_ += '\n';
    out_.append(2 * open_.size(), ' ');
  }

  void skip_space() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  bool eat(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
  const bool color_;
  std::string out_;
  std::string open_;  // "{" and "[" that have not ended
  bool just_opened_ = false;
};

}  // namespace

std::optional<std::string> format_json(std::string_view text, bool color) {
  return Formatter(text, color).run();
}

bool is_json(std::string_view text) {
  return format_json(text, false).has_value();
}

}  // namespace commands
