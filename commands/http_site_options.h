// The words of `gnet http-serve`'s options, as the library wants them.
//
//   const auto files = commands::files_options(options);
//
// All throw UsageError, which names the option, and Failure for a file that cannot be read.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/folder_archive.h"
#include "commands/http_serve_options.h"
#include "gnet/web/static_files.h"
#include "gnet/web/upload.h"

namespace commands {

// All but what answers for folders.
[[nodiscard]] gnet::web::StaticFilesOptions files_options(const HTTPServeOptions& options);

[[nodiscard]] gnet::web::UploadOptions upload_options(const HTTPServeOptions& options);

// How a folder may be downloaded as a whole.
[[nodiscard]] std::vector<ArchiveKind> archive_kinds(const HTTPServeOptions& options);

// The page of --spa, relative to what is served; empty for none.
[[nodiscard]] std::string fallback_page(const HTTPServeOptions& options);

// "/docs", without a slash at its end; empty for none.
[[nodiscard]] std::string prefix_of(const HTTPServeOptions& options);

// What is shown instead of a line of text, by status.
struct ErrorPage {
  std::string body;
  std::string type;
};
using ErrorPages = std::map<int, ErrorPage>;
[[nodiscard]] ErrorPages read_error_pages(const HTTPServeOptions& options);

// The whole content of a file that an option names.
[[nodiscard]] std::string read_option_file(const std::string& path);

}  // namespace commands
