// A file in parts, each a PUT with a Content-Range (RFC 9110 §14.5).

#include "gnet/http/http_error.h"
#include "gnet/http/range.h"
#include "gnet/web/upload_requests.h"

namespace gnet::web::detail {

using http::HTTPError;

namespace {

// What there is, as a Range; none of nothing.
void tell_progress(http::Response& response, std::uint64_t size) {
  if (size != 0) response.set("Range", "bytes=0-" + std::to_string(size - 1));
  response.status(202).send("more is needed\n", "text/plain; charset=utf-8");
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

}  // namespace

void put_part(UploadDesk& desk, http::Request& request, http::Response& response,
              const Place& place) {
  const http::ContentRange range = range_of(request);
  desk.store.require_size(*range.size);
  const std::string key = "/" + place.path();
  const UnfinishedUpload upload{place, place.name, range.size};
  const auto known = desk.unfinished.find(key);
  if (!range.part && !known) return tell_progress(response, 0);
  desk.unfinished.put(key, upload);
  NewFile file = resume(desk, upload);
  std::uint64_t size = on_disk([&] { return file->size(); });
  // Another upload that was given up; what is there is nobody's.
  if (!known || known->length != range.size) size = 0;
  if (range.part) {
    if (range.part->first > size) {
      throw HTTPError(409, "something before this part is missing")
          .set("Range", "bytes=0-" + std::to_string(size == 0 ? 0 : size - 1));
    }
    size = range.part->first;
  }
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
