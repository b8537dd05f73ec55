#include "gnet/web/listing.h"

#include <array>
#include <optional>
#include <utility>

#include "gnet/fiber/fiber.h"
#include "gnet/http/accept.h"
#include "gnet/http/ascii.h"
#include "gnet/http/form.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/http/response.h"
#include "gnet/os/file.h"
#include "gnet/os/thread_pool.h"
#include "gnet/web/listing_writer.h"

namespace gnet::web {

namespace {

constexpr std::size_t kMaxReadme = 256 * 1024;

ListingFormat format_of(const http::Request& request) {
  for (http::FormReader form(request.query()); form.next();) {
    if (form.name() == "json") return ListingFormat::json;
    if (form.name() == "ls") return ListingFormat::text;
  }
  constexpr std::array<std::string_view, 2> kOffers{"text/html", "application/json"};
  const auto choice = http::choose_media_type(request.header(http::FieldName::accept), kOffers);
  return choice == 1U ? ListingFormat::json : ListingFormat::html;
}

std::string_view type_of(ListingFormat format) {
  switch (format) {
    case ListingFormat::html:
      return "text/html; charset=utf-8";
    case ListingFormat::json:
      return "application/json";
    case ListingFormat::text:
      break;
  }
  return "text/plain; charset=utf-8";
}

// False: there are more.
bool read_entries(FolderReader& reader, std::size_t most, std::vector<FolderEntry>& entries) {
  for (auto some = reader.next(); !some.empty(); some = reader.next()) {
    for (FolderEntry& entry : some) {
      if (entries.size() == most) return false;
      entries.push_back(std::move(entry));
    }
  }
  return true;
}

// Sorting many takes a while, which others need not wait for.
void arrange_beside(std::vector<FolderEntry>& entries, const ListingQuery& query) {
  constexpr std::size_t kFew = 500;
  if (entries.size() <= kFew) return arrange(entries, query);
  entries = default_thread_pool().apply(
      [](std::vector<FolderEntry> all, const ListingQuery& wanted) {
        arrange(all, wanted);
        return all;
      },
      std::move(entries), query);
}

const FolderEntry* find_readme(const std::vector<FolderEntry>& entries) {
  for (const std::string_view wanted : {"readme", "readme.md", "readme.txt"}) {
    for (const FolderEntry& entry : entries) {
      if (!entry.is_folder && http::detail::to_lower(entry.name) == wanted) return &entry;
    }
  }
  return nullptr;
}

// The beginning of it; nothing if it cannot be read.
std::optional<std::string> read_beginning(const Directory& directory, const std::string& path) {
  auto found = directory.open(path);
  if (!found || found->is_folder()) return std::nullopt;
  File file(std::move(found->fd));
  std::string text(std::min<std::uint64_t>(found->size(), kMaxReadme), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t count = file.pread(text.data() + size, text.size() - size, size);
    if (count == 0) break;
    size += count;
  }
  text.resize(size);
  return text;
}

std::string url_of(const http::Request& request, std::string_view scheme) {
  const auto host = request.header(http::FieldName::host).value_or("localhost");
  return std::string(scheme) + "://" + std::string(host) + std::string(request.path());
}

}  // namespace

void write_listing(const Listing& listing, ListingFormat format, const ListingOptions& options,
                   ListingSink sink) {
  detail::PieceWriter out(std::move(sink));
  switch (format) {
    case ListingFormat::html:
      detail::write_html(listing, options, out);
      break;
    case ListingFormat::json:
      detail::write_json(listing, out);
      break;
    case ListingFormat::text:
      detail::write_text(listing, out);
      break;
  }
  out.finish();
}

bool send_listing(http::Request& request, http::Response& response, const Directory& directory,
                  const http::RequestPath& path, const ListingOptions& options) {
  Absence why = Absence::none;
  auto reader = FolderReader::open(directory, path.relative(), &why);
  if (!reader) {
    if (why == Absence::denied) throw http::HTTPError(403, "this folder may not be read");
    return false;
  }
  const ListingFormat format = format_of(request);
  response.type(type_of(format)).set("Cache-Control", "no-cache");
  response.add("Vary", "Accept");
  if (format == ListingFormat::html) {
    response.set("Content-Security-Policy", listing_policy(options));
  }
  if (request.method() == "HEAD") {
    response.write({});
    return true;
  }
  Listing listing{.path = path.text(), .query = ListingQuery::parse(request.query())};
  std::optional<std::string> readme;
  std::string readme_name;
  std::string drawing;
  listing.fill = [&] {
    listing.is_partial = !read_entries(*reader, options.max_entries, listing.entries);
    reader.reset();
    arrange_beside(listing.entries, listing.query);
    if (const auto* found = options.readme ? find_readme(listing.entries) : nullptr) {
      const std::string folder = path.text() == "/" ? "" : std::string(path.relative()) + "/";
      readme = read_beginning(directory, folder + found->name);
      if (readme) listing.readme = *readme, listing.readme_name = readme_name = found->name;
    }
  };
  if (format == ListingFormat::html) {
    if (options.draw != nullptr)
      listing.drawing = drawing = options.draw(url_of(request, options.scheme));
  } else {
    std::exchange(listing.fill, {})();
    if (listing.is_partial) {
      throw http::HTTPError(507, "this folder has too many entries to be listed");
    }
  }
  write_listing(listing, format, options, [&](std::string_view piece) {
    response.write(piece);
    checkpoint();
  });
  return true;
}

}  // namespace gnet::web
