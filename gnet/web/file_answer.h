// An open file as the answer to a GET or HEAD: conditions (RFC 9110 §13), ranges (§14), and all of
// it where neither is asked for.
//
//   const auto file = site.open("docs/a.txt");
//   response.type("text/plain; charset=utf-8");
//   gnet::web::answer_with_file(request, response, file->fd.get(), file->size(),
//                               {.tag = gnet::web::tag_of(file->status),
//                                .modified = gnet::web::modified_of(file->status)});
//
// Threads: functions without state.

#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string_view>

#include "gnet/http/conditional.h"
#include "gnet/http/entity_tag.h"
#include "gnet/http/headers.h"

namespace gnet::http {
class Request;
class Response;
}  // namespace gnet::http

namespace gnet::web {

// A strong tag of this version of a file: of its inode, its size and the time of its last change to
// the nanosecond, or of a hash. A coding such as "br" makes it that of the compressed file.
[[nodiscard]] http::EntityTag tag_of(const struct stat& status, std::string_view coding = {});
[[nodiscard]] http::EntityTag tag_of(std::string_view hash, std::string_view coding = {});

// As Last-Modified tells it: what lies in the future was changed now.
[[nodiscard]] http::sys_seconds modified_of(const struct stat& status);

// Whether a request neither asks for a part nor makes conditions.
[[nodiscard]] bool asks_for_all(const http::Request& request);

// Sets Accept-Ranges, ETag and Last-Modified, as answer_with_file() does.
void set_file_fields(http::Headers& headers, const http::Validators& version);

// Sets ETag and Last-Modified. True if the request's conditions make it a 304, which is sent then;
// throws HTTPError(412).
bool answered_by_conditions(http::Request& request, http::Response& response,
                            const http::Validators& version);

// Sends what the request asks for of an open file, as Response::send_file() does: all of it, 304,
// 206 with a range or with several (multipart/byteranges), or throws HTTPError of 412 and 416.
// Other fields of the response are the caller's.
void answer_with_file(http::Request& request, http::Response& response, int file,
                      std::uint64_t size, const http::Validators& version);

}  // namespace gnet::web
