#include "gnet/web/upload.h"

#include <optional>
#include <utility>

#include "gnet/fiber/fiber.h"
#include "gnet/http/conditional.h"
#include "gnet/http/http_error.h"
#include "gnet/web/cross_site.h"
#include "gnet/web/file_answer.h"
#include "gnet/web/upload_requests.h"

namespace gnet::web {

using http::HTTPError;

namespace detail {

namespace {

constexpr Duration kPatience = std::chrono::seconds(1);  // with a request that ends just now
constexpr Duration kPause = std::chrono::milliseconds(20);

}  // namespace

NewFile resume(const UploadDesk& desk, const UnfinishedUpload& upload) {
  FolderWriter folder = desk.store.open(upload.place.folder);
  for (const Deadline deadline(kPatience);; sleep(kPause)) {
    auto file = on_disk([&] { return folder.resume(upload.part, desk.store.options().mode); });
    if (file) {
      on_disk([&] { (*file)->seek(0, SEEK_END); });
      return std::move(*file);
    }
    if (deadline.passed()) throw HTTPError(409, "another request is writing this upload");
  }
}

void discard(const UploadDesk& desk, const UnfinishedUpload& upload) {
  try {
    auto folder = FolderWriter::open(desk.store.directory(), upload.place.folder);
    if (!folder) return;
    if (auto file = folder->resume(upload.part)) file->discard();
  } catch (const std::system_error&) {
    // It was for nothing but tidiness.
  }
}

void discard_expired(UploadDesk& desk) {
  for (const auto& upload : desk.unfinished.take_expired()) discard(desk, upload);
}

void make_folder(UploadDesk& desk, const Place& place) {
  if (!desk.store.options().mkdir) throw HTTPError(403, "folders may not be made here");
  FolderWriter folder = desk.store.open(place.folder);
  if (!on_disk([&] { return folder.make_folder(place.name); })) {
    throw HTTPError(405, "there is something of this name already");
  }
}

void remove(UploadDesk& desk, const Place& place) {
  if (!desk.store.options().remove) throw HTTPError(403, "nothing may be removed here");
  const auto missing = [] { return HTTPError(404, "there is no such file"); };
  auto folder = on_disk([&] { return FolderWriter::open(desk.store.directory(), place.folder); });
  if (!folder || !on_disk([&] { return folder->remove(place.name); })) throw missing();
}

void answer_stored(const http::Request& request, http::Response& response, const Stored& stored) {
  if (stored.replaced) return response.status(204).send({});
  const std::string_view path = request.path();
  response.status(201).set(
      "Location", std::string(path.substr(0, path.rfind('/') + 1)) + encoded_name(stored.name));
  response.send("saved\n", "text/plain; charset=utf-8");
}

namespace {

// 412: what is there is not what the client thinks (RFC 9110 §13). Tags are those that StaticFiles
// gives by the status of a file.
void require_conditions(const UploadDesk& desk, const http::Request& request, const Place& place) {
  const http::Conditions conditions{
      .if_match = request.header(http::FieldName::if_match),
      .if_none_match = request.header(http::FieldName::if_none_match),
      .if_unmodified_since = request.header(http::FieldName::if_unmodified_since)};
  if (!conditions.if_match && !conditions.if_none_match && !conditions.if_unmodified_since) return;
  const auto status = on_disk([&] { return desk.store.directory().status(place.path()); });
  http::Validators current{.exists = status.has_value()};
  if (status) {
    current.tag = tag_of(*status);
    current.modified = http::sys_seconds(std::chrono::seconds(status->st_mtim.tv_sec));
  }
  if (http::evaluate(conditions, current, false) == http::Verdict::precondition_failed) {
    throw HTTPError(412, status ? "what is there is another version" : "there is no such file");
  }
}

// One request for the whole file.
void put_whole(UploadDesk& desk, http::Request& request, http::Response& response,
               const Place& place) {
  FolderWriter folder = desk.store.open(place.folder);
  NewFile file = on_disk([&] { return folder.create(desk.store.options().mode); });
  desk.store.receive(request, file);
  answer_stored(request, response, desk.store.publish(file, place));
}

void put(UploadDesk& desk, http::Request& request, http::Response& response,
         const http::RequestPath& path) {
  if (!desk.store.options().upload) throw HTTPError(403, "nothing may be uploaded here");
  if (path.is_folder()) throw HTTPError(405, "a folder is made by MKCOL");
  const Place place = desk.store.place_of(path);
  require_conditions(desk, request, place);
  desk.store.require_free(place);
  const auto framing = request.head().framing();
  if (framing.kind == http::BodyFraming::length) desk.store.require_size(framing.size);
  if (is_resumable(request)) return begin_resumable(desk, request, response, place);
  if (request.header("Content-Range")) return put_part(desk, request, response, place);
  put_whole(desk, request, response, place);
}

}  // namespace

}  // namespace detail

struct Uploads::State {
  State(Directory directory, UploadOptions options)
      : unfinished_most(options.max_unfinished),
        unfinished_age(options.unfinished_age),
        desk{detail::UploadStore(std::move(directory), std::move(options)),
             detail::UnfinishedUploads(unfinished_most, unfinished_age)} {}

  std::size_t unfinished_most;
  Duration unfinished_age;
  detail::UploadDesk desk;
};

Uploads::Uploads(Directory directory, UploadOptions options)
    : state_(std::make_unique<State>(std::move(directory), std::move(options))) {}

Uploads::~Uploads() = default;

bool Uploads::covers(const http::RequestPath& path) const noexcept {
  const UploadOptions& options = state_->desk.store.options();
  return (options.upload || options.mkdir || options.remove) && path.is_below(options.folder);
}

std::string Uploads::methods() const {
  const UploadOptions& options = state_->desk.store.options();
  std::string methods = "GET, HEAD, OPTIONS";
  if (options.upload) methods += ", PUT, PATCH";
  if (options.upload || options.mkdir || options.remove) methods += ", POST";
  if (options.mkdir) methods += ", MKCOL";
  if (options.upload || options.remove) methods += ", DELETE";
  return methods;
}

bool Uploads::handle(http::Request& request, http::Response& response,
                     const http::RequestPath& path) {
  using namespace detail;
  UploadDesk& desk = state_->desk;
  const std::string_view method = request.method();
  const auto token = upload_token(request);
  const bool is_write = method == "PUT" || method == "POST" || method == "MKCOL" ||
                        method == "DELETE" || method == "PATCH";
  if (!is_write && !(token && method == "HEAD")) return false;
  if (comes_from_elsewhere(request, desk.store.options().origins)) {
    throw HTTPError(403, "a page of another site asks for this");
  }
  if (!covers(path)) throw HTTPError(405, "nothing may be changed here").set("Allow", "GET, HEAD");
  discard_expired(desk);
  if (token) {
    continue_resumable(desk, request, response, *token);
  } else if (method == "PUT") {
    put(desk, request, response, path);
  } else if (method == "POST") {
    post_form(desk, request, response, path);
  } else if (method == "MKCOL") {
    if (request.has_body()) throw HTTPError(415, "a folder has no body");
    make_folder(desk, desk.store.place_of(path));
    response.status(201).send({});
  } else if (method == "DELETE") {
    const Place place = desk.store.place_of(path, Naming::present);
    require_conditions(desk, request, place);
    remove(desk, place);
    response.status(204).send({});
  } else {
    throw HTTPError(405, "only an unfinished upload can be patched").set("Allow", methods());
  }
  return true;
}

void Uploads::discard_stale() {
  if (state_->unfinished_age <= Duration::zero()) return;
  const UploadOptions& options = state_->desk.store.options();
  std::string_view path = options.folder;
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  try {
    auto folder = FolderWriter::open(state_->desk.store.directory(), path.empty() ? "." : path);
    if (folder) folder->remove_stale(state_->unfinished_age);
  } catch (const std::system_error&) {
    // It was for nothing but tidiness.
  }
}

void Uploads::discard_unfinished() {
  for (const auto& upload : state_->desk.unfinished.take_all()) {
    detail::discard(state_->desk, upload);
  }
}

}  // namespace gnet::web
