// A folder as a page.

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <iterator>

#include "gnet/base/size.h"
#include "gnet/http/base64.h"
#include "gnet/web/html.h"
#include "gnet/web/listing_page.h"
#include "gnet/web/listing_writer.h"
#include "gnet/web/page_template.h"

namespace gnet::web {

namespace {

using detail::append_html;
using detail::append_relative_link;
using detail::element;
using detail::kListingPage;
using detail::PageTemplate;
using detail::PieceWriter;

const PageTemplate& page_template() {
  static const PageTemplate page(kListingPage);
  return page;
}

std::string hash_source(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  const std::string_view bytes(reinterpret_cast<const char*>(hash.data()), hash.size());
  return " 'sha256-" + http::base64_encode(bytes) + "'";
}

// 12345678 as 12,345,678.
void append_grouped(std::string& out, std::uint64_t number) {
  const std::string digits = std::to_string(number);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
}

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

class HTMLWriter {
 public:
  HTMLWriter(const Listing& listing, const ListingOptions& options, PieceWriter& out)
      : listing_(listing), options_(options), out_(out) {}

  void write() {
    for (const auto& piece : page_template().pieces()) {
      if (!holds(piece.condition)) continue;
      text() += piece.text;
      if (piece.slot == "count" && listing_.fill) {
        out_.finish();
        listing_.fill();
      }
      fill(piece.slot);
      out_.written();
    }
  }

 private:
  std::string& text() noexcept { return out_.text(); }
  bool holds(std::string_view condition) const;
  void fill(std::string_view slot);
  void crumbs();
  void count();
  void order();
  void archives();
  void columns();
  void column(SortKey key, std::string_view name);
  void parent();
  void rows();
  void row(const FolderEntry& entry);
  void readme();

  const Listing& listing_;
  const ListingOptions& options_;
  PieceWriter& out_;
};

bool HTMLWriter::holds(std::string_view condition) const {
  if (condition.empty()) return true;
  if (condition == "upload") return options_.upload;
  if (condition == "folders") return options_.upload && options_.mkdir;
  if (condition == "mkdir") return options_.mkdir;
  if (condition == "remove") return options_.remove;
  return !listing_.drawing.empty();
}

void HTMLWriter::fill(std::string_view slot) {
  if (slot == "title") return append_html(text(), listing_.path);
  if (slot == "theme" && !options_.theme.empty()) {
    ((text() += "<style>") += options_.theme) += "</style>";
  }
  if (slot == "crumbs") return crumbs();
  if (slot == "count") return count();
  if (slot == "filter") return append_html(text(), listing_.query.filter);
  if (slot == "order") return order();
  if (slot == "most") text() += std::to_string(options_.max_upload);
  if (slot == "archives") return archives();
  if (slot == "qr") text() += listing_.drawing;
  if (slot == "columns") return columns();
  if (slot == "parent") return parent();
  if (slot == "rows") return rows();
  if (slot == "readme") return readme();
}

// Each folder on the way down as a link: relative, since nobody here knows what is above the root.
void HTMLWriter::crumbs() {
  std::string_view rest = listing_.path.substr(1);
  std::size_t depth = 0;
  for (const char c : rest) depth += static_cast<std::size_t>(c == '/');
  const auto link = [&](std::string_view name) {
    text() += "<a href=\"";
    if (depth == 0) text() += "./";
    for (std::size_t i = 0; i < depth; ++i) text() += "../";
    text() += "\">";
    append_html(text(), name);
    text() += "</a>";
  };
  link("Files");
  while (!rest.empty()) {
    const auto slash = rest.find('/');
    text() += "<i>/</i>";
    --depth;
    if (depth == 0) text() += "<span aria-current=\"page\">";
    if (depth == 0) append_html(text(), rest.substr(0, slash));
    if (depth == 0) text() += "</span>";
    if (depth != 0) link(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
  }
}

void HTMLWriter::count() {
  std::size_t folders = 0;
  std::uint64_t bytes = 0;
  for (const FolderEntry& entry : listing_.entries) {
    folders += static_cast<std::size_t>(entry.is_folder);
    if (!entry.is_folder) bytes += entry.size;
  }
  const std::size_t files = listing_.entries.size() - folders;
  if (!listing_.query.filter.empty()) {
    const std::size_t found = listing_.entries.size();
    text() += found == 1 ? "1 match" : fmt::format("{} matches", found);
    return;
  }
  if (listing_.entries.empty()) text() += "This folder is empty";
  if (folders != 0) text() += counted(folders, "folder");
  if (folders != 0 && files != 0) text() += ", ";
  if (files != 0) text() += counted(files, "file") + ", " + format_size(bytes);
  if (listing_.is_partial) text() += " and more, which are not shown";
}

// A filter keeps the order.
void HTMLWriter::order() {
  text() += "<input type=\"hidden\" name=\"sort\" value=\"";
  text() += to_string(listing_.query.sort);
  text() += "\"><input type=\"hidden\" name=\"order\" value=\"";
  text() += listing_.query.descending ? "desc\">" : "asc\">";
}

void HTMLWriter::archives() {
  if (options_.archives.empty()) return;
  text() += "<span>Download all: ";
  std::string_view separator;
  for (const std::string_view name : options_.archives) {
    (text() += separator) += "<a download href=\"?archive=";
    append_relative_link(text(), name);
    text() += "\">";
    append_html(text(), name);
    text() += "</a>";
    separator = ", ";
  }
  text() += "</span>";
}

void HTMLWriter::columns() {
  column(SortKey::name, "Name");
  column(SortKey::size, "Size");
  column(SortKey::mtime, "Modified");
}

void HTMLWriter::column(SortKey key, std::string_view name) {
  text() += "<th scope=\"col\"";
  if (listing_.query.sort == key) {
    text() += " aria-sort=\"";
    text() += listing_.query.descending ? "descending\"" : "ascending\"";
  }
  text() += "><a href=\"";
  append_html(text(), listing_.query.with_sort(key).str());
  text() += "\">";
  ((text() += name) += "</a></th>");
}

void HTMLWriter::parent() {
  if (listing_.path == "/") return;
  text() += "<tbody><tr class=\"u\"><td><a href=\"../\">..</a></td><td></td><td></td>";
  text() += options_.remove ? "<td></td></tr></tbody>\n" : "</tr></tbody>\n";
}

void HTMLWriter::rows() {
  for (const FolderEntry& entry : listing_.entries) {
    row(entry);
    out_.written();
  }
}

// Without the end tags that HTML does not need: there may be very many of these.
void HTMLWriter::row(const FolderEntry& entry) {
  const std::string_view slash = entry.is_folder ? "/" : "";
  text() += entry.is_folder ? "<tr class=d><td><a href=\"" : "<tr><td><a href=\"";
  append_relative_link(text(), entry.name);
  (text() += slash) += "\">";
  append_html(text(), entry.name);
  (text() += slash) += "</a>";
  if (entry.is_link) text() += "<small>link</small>";
  if (entry.is_folder) {
    text() += "<td><td><time datetime=";
  } else {
    text() += "<td title=\"";
    append_grouped(text(), entry.size);
    ((text() += entry.size == 1 ? " byte\">" : " bytes\">") += format_size(entry.size));
    text() += "<td><time datetime=";
  }
  const std::size_t at = text().size();
  detail::append_time(text(), entry.modified);
  const std::string time = text().substr(at);
  ((((text() += '>') += time.substr(0, 10)) += ' ') += time.substr(11, 5)) += "</time>";
  if (options_.remove) {
    text() += "<td><button name=delete value=\"";
    append_relative_link(text(), entry.name);
    text() += "\" title=Delete aria-label=\"Delete ";
    append_html(text(), entry.name);
    text() += "\">&times;</button>";
  }
  text() += '\n';
}

void HTMLWriter::readme() {
  if (listing_.readme_name.empty()) return;
  text() += "<section class=\"readme\"><h2>";
  append_html(text(), listing_.readme_name);
  text() += "</h2><pre>";
  append_html(text(), listing_.readme);
  text() += "</pre></section>\n";
}

}  // namespace

std::string listing_policy(const ListingOptions& options) {
  static const std::string style = hash_source(element(kListingPage, "style"));
  static const std::string script = hash_source(element(kListingPage, "script"));
  return "default-src 'none'; style-src" + style +
         (options.theme.empty() ? "" : hash_source(options.theme)) + "; script-src" + script +
         "; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
         "frame-ancestors 'none'";
}

void detail::write_html(const Listing& listing, const ListingOptions& options, PieceWriter& out) {
  HTMLWriter(listing, options, out).write();
}

}  // namespace gnet::web
