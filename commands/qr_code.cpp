#include "commands/qr_code.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <iterator>
#include <memory>

namespace commands {

namespace {

constexpr int kQuiet = 2;  // modules around it; 4 by the standard, and readers do with 2

class Code {
 public:
  explicit Code(std::string_view text)
      : code_(QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return code_ != nullptr; }
  [[nodiscard]] int width() const noexcept { return code_->width; }
  [[nodiscard]] bool is_dark(int x, int y) const noexcept {
    if (x < 0 || y < 0 || x >= width() || y >= width()) return false;
    return (code_->data[y * width() + x] & 1U) != 0;
  }

 private:
  struct Free {
    void operator()(QRcode* code) const noexcept { QRcode_free(code); }
  };
  std::unique_ptr<QRcode, Free> code_;
};

}  // namespace

std::string qr_text(std::string_view text) {
  const Code code(text);
  if (!code) return {};
  const int end = code.width() + kQuiet;
  std::string out;
  for (int y = -kQuiet; y < end; y += 2) {
    for (int x = -kQuiet; x < end; ++x) {
      const bool upper = !code.is_dark(x, y);
      const bool lower = !code.is_dark(x, y + 1) && y + 1 < end;
      out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    out += '\n';
  }
  return out;
}

std::string qr_svg(std::string_view text) {
  const Code code(text);
  if (!code) return {};
  const int size = code.width() + 2 * kQuiet;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" role=\"img\" "
      "aria-label=\"QR code of this address\"><path fill=\"currentColor\" "
      "shape-rendering=\"crispEdges\" d=\"",
      size);
  for (int y = 0; y < code.width(); ++y) {
    for (int x = 0; x < code.width(); ++x) {
      if (!code.is_dark(x, y)) continue;
      int end = x + 1;
      while (code.is_dark(end, y)) ++end;
      fmt::format_to(std::back_inserter(out), "M{} {}h{}v1h-{}z", x + kQuiet, y + kQuiet, end - x,
                     end - x);
      x = end;
    }
  }
  return out + "\"/></svg>";
}

}  // namespace commands
