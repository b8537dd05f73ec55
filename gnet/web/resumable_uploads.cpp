// Uploads that go on where they were interrupted (draft-ietf-httpbis-resumable-upload).

#include <charconv>

#include "gnet/http/form.h"
#include "gnet/http/http_error.h"
#include "gnet/http/media_type.h"
#include "gnet/web/upload_requests.h"

namespace gnet::web::detail {

using http::HTTPError;

namespace {

// Of the draft; only who speaks the same is told more than it asks for.
constexpr std::string_view kVersionField = "Upload-Draft-Interop-Version";
constexpr std::string_view kVersion = "8";

// A boolean of a structured field (RFC 9651 §3.3.6); nothing for anything else.
std::optional<bool> boolean_field(const http::Request& request, std::string_view name) {
  const auto value = request.header(name);
  if (value == "?1") return true;
  if (value == "?0") return false;
  return std::nullopt;
}

// An integer that is not negative (§3.3.1).
std::optional<std::uint64_t> integer_field(const http::Request& request, std::string_view name) {
  constexpr std::size_t kMaxDigits = 15;
  const auto value = request.header(name);
  if (!value || value->empty() || value->size() > kMaxDigits) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size()) return std::nullopt;
  return number;
}

HTTPError completed(HTTPError error) {
  return std::move(error.set("Upload-Complete", "?1"));
}

// How long the whole is, as far as this request says so: by Upload-Length, or because its body is
// the end of it. Both have to agree with each other and with what was said before (§4.1.3).
void learn_length(const http::Request& request, std::uint64_t offset, bool complete,
                  UnfinishedUpload& upload) {
  const auto agree = [&](std::uint64_t length) {
    if (upload.length && *upload.length != length) {
      throw HTTPError(400, "the length of the upload was another before");
    }
    upload.length = length;
  };
  if (const auto length = integer_field(request, "Upload-Length")) agree(*length);
  const auto framing = request.head().framing();
  if (complete && framing.kind != http::BodyFraming::chunked) agree(offset + framing.size);
}

// Takes the body of a request that begins or goes on, and answers it. `known`: the client has been
// told of the token.
void append(UploadDesk& desk, http::Request& request, http::Response& response,
            const std::string& token, const UnfinishedUpload& upload, NewFile& file,
            std::uint64_t offset, bool complete, bool known = true) {
  const std::uint64_t most = upload.length.value_or(desk.store.most());
  try {
    offset += desk.store.receive(request, file, most - std::min(offset, most),
                                 upload.length ? "more than the length of the upload" : "");
  } catch (HTTPError& error) {
    if (error.status() != 413 && error.status() != 507) throw;
    desk.unfinished.erase(token);
    file.discard();
    throw error.set("Upload-Limit", upload_limit(desk));
  } catch (const std::exception&) {
    if (!known) desk.unfinished.erase(token);  // nobody could go on with it
    if (!desk.unfinished.find(token)) file.discard();
    throw;
  }
  if (!desk.unfinished.find(token)) {
    file.discard();
    throw HTTPError(404, "the upload was given up");
  }
  if (!complete) {
    file->close();
    response.set("Upload-Complete", "?0").set("Upload-Offset", std::to_string(offset));
    return response.send({});
  }
  if (upload.length && offset != *upload.length) {
    throw HTTPError(400, "the upload is shorter than its length")
        .set("Upload-Offset", std::to_string(offset));
  }
  desk.unfinished.erase(token);
  try {
    const Stored stored = desk.store.publish(file, upload.place);
    response.set("Upload-Complete", "?1");
    answer_stored(request, response, stored);
  } catch (const HTTPError& error) {
    file.discard();
    throw completed(error);
  }
}

void tell_offset(UploadDesk& desk, http::Response& response, const UnfinishedUpload& upload) {
  NewFile file = resume(desk, upload);
  const std::uint64_t offset = on_disk([&] { return file->size(); });
  file->close();
  response.set("Upload-Complete", "?0").set("Upload-Offset", std::to_string(offset));
  if (upload.length) response.set("Upload-Length", std::to_string(*upload.length));
  response.set("Upload-Limit", upload_limit(desk)).set("Cache-Control", "no-store");
  response.status(204).send({});
}

void patch(UploadDesk& desk, http::Request& request, http::Response& response,
           const std::string& token, UnfinishedUpload upload) {
  const auto type = http::MediaType::parse(request.header("Content-Type").value_or(""));
  if (!type || type->essence() != "application/partial-upload") {
    throw HTTPError(415, "parts are application/partial-upload")
        .set("Accept-Patch", "application/partial-upload");
  }
  const auto told = integer_field(request, "Upload-Offset");
  const auto complete = boolean_field(request, "Upload-Complete");
  if (!told || !complete) throw HTTPError(400, "Upload-Offset or Upload-Complete is missing");
  NewFile file = resume(desk, upload);
  const std::uint64_t offset = on_disk([&] { return file->size(); });
  if (*told != offset) {
    file->close();
    throw HTTPError(409, "the upload is at another offset")
        .set("Upload-Offset", std::to_string(offset));
  }
  learn_length(request, offset, *complete, upload);
  if (upload.length) desk.store.require_size(*upload.length);
  desk.unfinished.put(token, upload);
  response.status(204);
  append(desk, request, response, token, upload, file, offset, *complete);
}

}  // namespace

bool is_resumable(const http::Request& request) {
  return boolean_field(request, "Upload-Complete").has_value();
}

std::optional<std::string> upload_token(const http::Request& request) {
  return http::form_value(request.query(), "upload");
}

std::string upload_limit(const UploadDesk& desk) {
  std::string limit;
  const auto& options = desk.store.options();
  if (options.max_size != 0) limit = "max-size=" + std::to_string(options.max_size) + ", ";
  return limit + "max-age=" +
         std::to_string(
             std::chrono::duration_cast<std::chrono::seconds>(desk.unfinished.age()).count());
}

void begin_resumable(UploadDesk& desk, http::Request& request, http::Response& response,
                     const Place& place) {
  const bool complete = *boolean_field(request, "Upload-Complete");
  const std::string token = make_token();
  UnfinishedUpload upload{place, "upload-" + token};
  learn_length(request, 0, complete, upload);
  try {
    if (upload.length) desk.store.require_size(*upload.length);
  } catch (HTTPError& error) {
    throw error.set("Upload-Limit", upload_limit(desk));
  }
  const std::string location = std::string(request.path()) + "?upload=" + token;
  desk.unfinished.put(token, upload);
  NewFile file = resume(desk, upload);
  const bool known = request.header(kVersionField) == kVersion && request.has_body();
  if (known) {
    response.inform(
        104,
        {{kVersionField, kVersion}, {"Location", location}, {"Upload-Limit", upload_limit(desk)}});
  }
  response.status(201);
  if (!complete) response.set("Location", location).set("Upload-Limit", upload_limit(desk));
  append(desk, request, response, token, upload, file, 0, complete, known);
}

void continue_resumable(UploadDesk& desk, http::Request& request, http::Response& response,
                        const std::string& token) {
  const auto upload = desk.unfinished.find(token);
  if (!upload) throw HTTPError(404, "there is no such upload");
  if (request.method() == "HEAD") return tell_offset(desk, response, *upload);
  if (request.method() == "PATCH") return patch(desk, request, response, token, *upload);
  if (request.method() != "DELETE") {
    throw HTTPError(405, "an upload is continued by PATCH").set("Allow", "HEAD, PATCH, DELETE");
  }
  desk.unfinished.erase(token);
  discard(desk, *upload);
  response.status(204).send({});
}

}  // namespace gnet::web::detail
