// Of listing.cpp: what the formats share.
//
//   PieceWriter out(std::move(sink));
//   for (const auto& entry : entries) out.text() += entry.name, out.written();
//   out.finish();
//
// Threads: values.

#pragma once

#include <string>
#include <utility>

#include "gnet/web/listing.h"

namespace gnet::web::detail {

// Collects text and hands it on when there is enough of it.
class PieceWriter {
 public:
  explicit PieceWriter(ListingSink sink) : sink_(std::move(sink)) {
    text_.reserve(kPiece + kPiece / 8);
  }

  [[nodiscard]] std::string& text() noexcept { return text_; }

  // Some was added to text(). Suspends if the sink does.
  void written() {
    if (text_.size() >= kPiece) finish();
  }

  // Hands on what there is.
  void finish() {
    if (text_.empty()) return;
    sink_(text_);
    text_.clear();
  }

 private:
  static constexpr std::size_t kPiece = 32 * 1024;

  ListingSink sink_;
  std::string text_;
};

// "2026-11-28T19:20:05Z".
void append_time(std::string& out, std::chrono::sys_seconds time);

void write_html(const Listing& listing, const ListingOptions& options, PieceWriter& out);
void write_json(const Listing& listing, PieceWriter& out);
void write_text(const Listing& listing, PieceWriter& out);

}  // namespace gnet::web::detail
