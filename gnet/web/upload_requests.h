// Of upload.cpp: the requests that Uploads answers, each kind in a file of its own.
//
//   if (is_resumable(request)) return begin_resumable(desk, request, response, place);
//
// All of them suspend, and throw HTTPError.
//
// Threads: any.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/http/response.h"
#include "gnet/web/unfinished_uploads.h"
#include "gnet/web/upload_store.h"

namespace gnet::web::detail {

// What they share.
struct UploadDesk {
  UploadStore store;
  UnfinishedUploads unfinished;
};

// ---- upload_parts.cpp: PUT with Content-Range ----

void put_part(UploadDesk& desk, http::Request& request, http::Response& response,
              const Place& place);

// ---- resumable_uploads.cpp: draft-ietf-httpbis-resumable-upload ----

// It has Upload-Complete.
[[nodiscard]] bool is_resumable(const http::Request& request);
void begin_resumable(UploadDesk& desk, http::Request& request, http::Response& response,
                     const Place& place);

// The upload that the query names: "?upload=TOKEN".
[[nodiscard]] std::optional<std::string> upload_token(const http::Request& request);
void continue_resumable(UploadDesk& desk, http::Request& request, http::Response& response,
                        const std::string& token);

// The value of an Upload-Limit field.
[[nodiscard]] std::string upload_limit(const UploadDesk& desk);

// ---- upload_form.cpp: POST ----

void post_form(UploadDesk& desk, http::Request& request, http::Response& response,
               const http::RequestPath& path);

// ---- upload.cpp ----

// The file of an unfinished upload, at its end. 409: another request writes it.
[[nodiscard]] NewFile resume(const UploadDesk& desk, const UnfinishedUpload& upload);

// Removes it, as far as that is possible. A request that writes it just now does so itself.
void discard(const UploadDesk& desk, const UnfinishedUpload& upload);
void discard_expired(UploadDesk& desk);

void make_folder(UploadDesk& desk, const Place& place);
void remove(UploadDesk& desk, const Place& place);

// 201 with a Location, or 204. The Location is the path of the request with this name at its end.
void answer_stored(const http::Request& request, http::Response& response, const Stored& stored);

}  // namespace gnet::web::detail
