// A folder as one file: tar, tgz or zip, made while it is sent.
//
//   if (!commands::send_archive(request, response, site, path, {ArchiveKind::zip, "docs"})) {
//     answer_404();
//   }
//
// Nothing of it is held but a block: zip is stored, with lengths behind the data (and of 64 bits
// where they have to be), since what people put on servers is mostly compressed. All that
// Directory shows is in it, under a folder of the given name: no hidden files unless they are
// shown, and what links lead to, unless that is a folder around them. A file that vanishes
// meanwhile is left out; one that shrinks is an archive that is cut off, which no client takes for
// a whole.
//
// Threads: functions without state. setlocale(LC_CTYPE) has to have been called with a UTF-8 one.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnet/base/unique_function.h"
#include "gnet/web/directory.h"

namespace gnet::http {
class Request;
class RequestPath;
class Response;
}  // namespace gnet::http

namespace commands {

enum class ArchiveKind { tar, tgz, zip };

// "zip", "tar", "tgz".
[[nodiscard]] std::optional<ArchiveKind> archive_kind(std::string_view name) noexcept;

struct ArchiveOptions {
  ArchiveKind kind = ArchiveKind::zip;
  std::string name;  // of the folder in it, and of the file that it is without its extension
};

// False, with nothing sent: there is no such folder. Suspends. Throws HTTPError for a folder that
// may not be read, and as Response does; what goes wrong in the middle of it is thrown as well.
bool send_archive(gnet::http::Request& request, gnet::http::Response& response,
                  const gnet::web::Directory& directory, const gnet::http::RequestPath& path,
                  const ArchiveOptions& options);

// The same to any sink, which may suspend and may throw. False: there is no such folder.
bool write_archive(const gnet::web::Directory& directory, std::string_view path,
                   const ArchiveOptions& options,
                   gnet::UniqueFunction<void(std::string_view piece)> sink);

}  // namespace commands
