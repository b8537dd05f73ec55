#include "gnet/web/file_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gnet/base/random.h"
#include "gnet/http/date.h"
#include "gnet/http/http_error.h"
#include "gnet/http/range.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace gnet::web {
namespace {

using http::ByteRange;
using http::FieldName;

http::sys_seconds this_second() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string with_coding(std::string text, std::string_view coding) {
  if (coding.empty()) return text;
  text += '-';
  return text += coding;
}

// The value of a field, all of its name as one, which may be put together in `all`.
std::optional<std::string_view> list_of(const http::Request& request, FieldName name,
                                        std::string& all) {
  if (!request.headers().repeats(name)) return request.header(name);
  all = request.headers().joined(name);
  return all;
}

// Which parts are asked for. A field that comes twice is none, and so is one of a version that the
// client has seen and that is no more.
http::Selection selection_of(const http::Request& request, std::uint64_t size,
                             const http::Validators& version) {
  const auto range = request.header(FieldName::range);
  if (!range || request.method() != "GET" || request.headers().repeats(FieldName::range)) return {};
  if (const auto condition = request.header(FieldName::if_range)) {
    if (!http::if_range_holds(*condition, version, this_second())) return {};
  }
  return http::select_ranges(*range, size);
}

void send_part(http::Response& response, int file, std::uint64_t size, ByteRange part) {
  response.headers().add("Content-Range", http::content_range(part, size));
  response.status(206).send_file(file, part.first, part.size());
}

// RFC 9110 §14.6: each part with its own type and place. How long all of it is can be told.
void send_parts(http::Response& response, int file, std::uint64_t size,
                const std::vector<ByteRange>& parts) {
  const std::string boundary = fmt::format("{:016x}{:016x}", random_bits(), random_bits());
  const std::string type(response.headers().get(FieldName::content_type).value_or(""));
  std::vector<std::string> heads;
  const std::string end = "\r\n--" + boundary + "--\r\n";
  std::uint64_t length = end.size();
  for (const ByteRange& part : parts) {
    std::string head = (heads.empty() ? "--" : "\r\n--") + boundary + "\r\n";
    if (!type.empty()) head += "Content-Type: " + type + "\r\n";
    head += "Content-Range: " + http::content_range(part, size) + "\r\n\r\n";
    length += head.size() + part.size();
    heads.push_back(std::move(head));
  }
  response.status(206).type("multipart/byteranges; boundary=" + boundary).length(length);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    response.write(heads[i]);
    response.write_file(file, parts[i].first, parts[i].size());
  }
  response.write(end);
}

}  // namespace

http::EntityTag tag_of(const struct stat& status, std::string_view coding) {
  const auto time = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                    static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
  return http::EntityTag(
      with_coding(fmt::format("{:x}-{:x}-{:x}", time, status.st_size, status.st_ino), coding));
}

http::EntityTag tag_of(std::string_view hash, std::string_view coding) {
  return http::EntityTag(with_coding(std::string(hash), coding));
}

http::sys_seconds modified_of(const struct stat& status) {
  return std::min(http::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec)), this_second());
}

namespace {

void set_validators(http::Headers& headers, const http::Validators& version) {
  if (version.tag) headers.set("ETag", version.tag->str());
  if (version.modified) headers.set("Last-Modified", http::format_date(*version.modified));
}

}  // namespace

bool asks_for_all(const http::Request& request) {
  const http::FieldTable& fields = request.headers();
  return !fields.has(FieldName::range) && !fields.has(FieldName::if_none_match) &&
         !fields.has(FieldName::if_modified_since) && !fields.has(FieldName::if_match) &&
         !fields.has(FieldName::if_unmodified_since);
}

void set_file_fields(http::Headers& headers, const http::Validators& version) {
  headers.set("Accept-Ranges", "bytes");
  set_validators(headers, version);
}

bool answered_by_conditions(http::Request& request, http::Response& response,
                            const http::Validators& version) {
  set_validators(response.headers(), version);
  std::string match, none_match;
  const http::Conditions conditions{
      .if_match = list_of(request, FieldName::if_match, match),
      .if_none_match = list_of(request, FieldName::if_none_match, none_match),
      .if_modified_since = request.header(FieldName::if_modified_since),
      .if_unmodified_since = request.header(FieldName::if_unmodified_since)};
  switch (http::evaluate(conditions, version, true)) {
    case http::Verdict::proceed:
      return false;
    case http::Verdict::precondition_failed:
      throw http::HTTPError(412, "this is another version");
    case http::Verdict::not_modified:
      break;
  }
  response.headers().erase(FieldName::content_type);
  response.status(304).send({});
  return true;
}

void answer_with_file(http::Request& request, http::Response& response, int file,
                      std::uint64_t size, const http::Validators& version) {
  response.headers().set("Accept-Ranges", "bytes");
  if (answered_by_conditions(request, response, version)) return;
  const auto selection = selection_of(request, size, version);
  switch (selection.kind) {
    case http::Selection::Kind::whole:
      return response.send_file(file, 0, size);
    case http::Selection::Kind::parts:
      if (selection.parts.size() > 1) return send_parts(response, file, size, selection.parts);
      return send_part(response, file, size, selection.parts.front());
    case http::Selection::Kind::unsatisfiable:
      throw http::HTTPError(416, "there is no such part")
          .set("Content-Range", http::unsatisfied_range(size));
  }
}

}  // namespace gnet::web
