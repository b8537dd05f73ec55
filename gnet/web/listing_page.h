// The page that shows a folder: listing_page.html, which can be looked at by itself.
//
//   static const PageTemplate page(kListingPage);
//
// Threads: a constant.

#pragma once

#include <string_view>

namespace gnet::web::detail {

extern const std::string_view kListingPage;

}  // namespace gnet::web::detail
