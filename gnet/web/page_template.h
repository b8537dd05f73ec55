// A page with places in it where something is put when it is sent.
//
//   static const PageTemplate page("<h1>{{title}}</h1>{{if late}}<p>Late.{{end}}");
//   for (const auto& piece : page.pieces()) {
//     if (piece.condition == "late" && !late) continue;
//     out += piece.text;
//     if (piece.slot == "title") append_html(out, title);
//   }
//
// Conditions are not nested.
//
// Threads: a value; const members may be called from any thread.

#pragma once

#include <string_view>
#include <vector>

namespace gnet::web::detail {

class PageTemplate {
 public:
  struct Piece {
    std::string_view text;       // comes first
    std::string_view slot;       // what is put behind it; may be empty
    std::string_view condition;  // of both; empty: always
  };

  // The text has to live on. Throws std::invalid_argument for what is never closed, or never
  // opened, and for a condition in another.
  explicit PageTemplate(std::string_view text);

  [[nodiscard]] const std::vector<Piece>& pieces() const noexcept { return pieces_; }

 private:
  std::vector<Piece> pieces_;
};

// What is between the first <name> and </name>.
[[nodiscard]] std::string_view element(std::string_view page, std::string_view name);

}  // namespace gnet::web::detail
