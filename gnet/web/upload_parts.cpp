// A file in parts, each a PUT with a Content-Range (RFC 9110 §14.5).

#include <utility>

#include "gnet/http/http_error.h"
#include "gnet/http/range.h"
#include "gnet/web/upload_requests.h"

namespace gnet::web::detail {

using http::HTTPError;

namespace {

// "bytes=0-4" of five bytes; of none there is no such value.
std::string range_of_stored(std::uint64_t size) {
  return "bytes=0-" + std::to_string(size - 1);
}

// What there is, as a Range; none of nothing.
void tell_progress(http::Response& response, std::uint64_t size) {
  if (size != 0) response.set("Range", range_of_stored(size));
  response.status(202).send("more is needed\n", "text/plain; charset=utf-8");
}

HTTPError misfit(std::string reason, std::uint64_t size) {
  HTTPError error(409, std::move(reason));
  if (size != 0) error.set("Range", range_of_stored(size));
  return error;
}

// The range that the request has, and how large the whole is.
http::ContentRange range_of(const http::Request& request) {
  const auto range = http::parse_content_range(request.header("Content-Range").value_or(""));
  if (!range || !range->size) throw HTTPError(400, "a Content-Range that says too little");
  const auto framing = request.head().framing();
  const std::uint64_t size = range->part ? range->part->size() : 0;
  if (framing.kind != http::BodyFraming::chunked && framing.size != size) {
    throw HTTPError(400, "the body is not of the size that Content-Range says");
  }
  return *range;
}

std::uint64_t receive_part(UploadDesk& desk, http::Request& request, const std::string& key,
                           NewFile& file, std::uint64_t size) {
  try {
    const auto received = desk.store.receive(request, file, size, "more than Content-Range says");
    if (received != size) throw HTTPError(400, "less than Content-Range says");
    return received;
  } catch (const HTTPError& error) {
    if (error.status() == 507) {  // others may need the space that it takes
      desk.unfinished.erase(key);
      file.discard();
    }
    throw;
  }
}

// Where it would have to begin there is nothing, or something of another upload, whose it stays.
void require_continues(const http::ByteRange& part, std::uint64_t size, bool same_upload) {
  if (part.first == 0) return;  // it begins anew
  if (!same_upload) throw misfit("the whole was to have another size before", size);
  if (part.first > size) throw misfit("something before this part is missing", size);
}

// An empty file has no parts: who names its size has said all.
void put_empty(UploadDesk& desk, http::Request& request, http::Response& response,
               const Place& place) {
  FolderWriter folder = desk.store.open(place.folder);
  NewFile file = on_disk([&] { return folder.create(desk.store.options().mode); });
  desk.store.receive(request, file, 0, "more than Content-Range says");
  answer_stored(request, response, desk.store.publish(file, place));
}

}  // namespace

void put_part(UploadDesk& desk, http::Request& request, http::Response& response,
              const Place& place) {
  const http::ContentRange range = range_of(request);
  desk.store.require_size(*range.size);
  if (*range.size == 0) return put_empty(desk, request, response, place);
  const std::string key = "/" + place.path();
  const UnfinishedUpload upload{place, place.name, range.size};
  const auto known = desk.unfinished.find(key);
  const bool same_upload = known && known->length == range.size;
  if (!range.part && !same_upload) return tell_progress(response, 0);
  if (!known) {
    require_continues(*range.part, 0, true);
    desk.unfinished.put(key, upload);
  }
  NewFile file = resume(desk, upload);
  // Without an upload that is known, what is there is nobody's.
  std::uint64_t size = known ? on_disk([&] { return file->size(); }) : 0;
  if (range.part) {
    try {
      require_continues(*range.part, size, same_upload);
    } catch (const HTTPError&) {
      if (!desk.unfinished.find(key)) file.discard();  // it became whole meanwhile
      throw;
    }
    size = range.part->first;
  }
  desk.unfinished.put(key, upload);
  on_disk([&] {
    file->truncate(size);
    file->seek(0, SEEK_END);
  });
  if (range.part) size += receive_part(desk, request, key, file, range.part->size());
  if (size < *range.size) {
    file->close();
    return tell_progress(response, size);
  }
  const Stored stored = desk.store.publish(file, place);
  desk.unfinished.erase(key);
  answer_stored(request, response, stored);
}

}  // namespace gnet::web::detail
