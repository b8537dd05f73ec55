// A folder, shown to whoever asks: as a page for people, as JSON, or as lines of text.
//
//   gnet::web::ListingOptions options{.upload = true, .archives = {"zip"}};
//   if (!gnet::web::send_listing(request, response, site, path, options)) answer_404();
//
// The page is sorted and filtered by the server, so that it works without JavaScript, and by its
// script where there is one, which also uploads files with their progress. It has all that it needs
// in it, and a Content-Security-Policy that allows nothing else. Links are relative: it may be
// served below any prefix. A listing leaves piece by piece, so that a folder of any size takes no
// more memory than its entries do.
//
// "?json", or a client that prefers application/json, gets
//   {"path":"/docs/","entries":[{"name":"a.txt","href":"a.txt","type":"file","size":12,
//    "mtime":"2026-11-28T19:20:05Z"}, …]}
// where "link":true tells of a symbolic link and href is the name, percent-encoded; "?ls" gets one
// name a line, folders with a slash behind it.
//
// Threads: functions without state; options may be shared by threads that only read them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/function.h"
#include "gnet/base/unique_function.h"
#include "gnet/web/directory.h"
#include "gnet/web/folder_reader.h"
#include "gnet/web/listing_query.h"

namespace gnet::http {
class Request;
class RequestPath;
class Response;
}  // namespace gnet::http

namespace gnet::web {

struct ListingOptions {
  // What the page offers. Whether a client may is for others to decide.
  bool upload = false;
  bool mkdir = false;
  bool remove = false;
  std::uint64_t max_upload = 0;              // bytes; 0: any
  std::vector<std::string_view> archives{};  // "zip" leads to "?archive=zip"

  bool readme = false;  // the README of a folder is shown behind its entries, as text
  std::string theme{};  // style sheet, behind the page's own

  // A drawing of the page's URL as an element <svg>, such as a QR code of it.
  std::string (*draw)(std::string_view url) = nullptr;
  std::string_view scheme = "http";  // of that URL

  // Of a folder with more the page shows so many of them, and says so; other forms are refused:
  // 507.
  std::size_t max_entries = 1'000'000;
};

// False, with nothing sent: there is no such folder. Suspends. Throws HTTPError for a folder that
// may not be read (403) or has too many entries; otherwise as FolderReader and Response. The head
// of a page leaves before the folder is read.
bool send_listing(http::Request& request, http::Response& response, const Directory& directory,
                  const http::RequestPath& path, const ListingOptions& options);

// ---- the parts of it ----

enum class ListingFormat : std::uint8_t { html, json, text };

// What is shown. All views have to live on.
struct Listing {
  std::string_view path;  // RequestPath::text(), "/" behind it
  std::vector<FolderEntry> entries{};
  ListingQuery query{};
  std::string_view readme_name{};  // empty: none
  std::string_view readme{};
  std::string_view drawing{};
  bool is_partial = false;  // there are more entries than these

  // Fills in what is above from the entries on, where that takes a while: a page begins to leave
  // before. May be empty.
  std::function<void()> fill{};
};

// Is given the text piece by piece, of some 32 KiB each; it may suspend.
using ListingSink = UniqueFunction<void(std::string_view piece)>;

void write_listing(const Listing& listing, ListingFormat format, const ListingOptions& options,
                   ListingSink sink);

// The Content-Security-Policy of the page.
[[nodiscard]] std::string listing_policy(const ListingOptions& options);

}  // namespace gnet::web
