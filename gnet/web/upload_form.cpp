// Forms: files, a new folder, something to be removed.

#include <fmt/format.h>

#include <map>

#include "gnet/base/utf8.h"
#include "gnet/http/accept.h"
#include "gnet/http/content_disposition.h"
#include "gnet/http/form.h"
#include "gnet/http/http_error.h"
#include "gnet/http/media_type.h"
#include "gnet/http/multipart.h"
#include "gnet/http/percent.h"
#include "gnet/web/html.h"
#include "gnet/web/listing.h"
#include "gnet/web/listing_page.h"
#include "gnet/web/page_template.h"
#include "gnet/web/upload_requests.h"

namespace gnet::web::detail {

using http::HTTPError;
using http::MultipartEvent;

namespace {

constexpr std::size_t kMaxForm = 64 * 1024;  // of all fields that are no files
constexpr std::size_t kMaxParts = 10'000;
constexpr std::size_t kBlock = 128 * 1024;

using Fields = std::map<std::string, std::string>;

// The parts of a form as they come: files to their places, fields to a map.
class FormReceiver {
 public:
  FormReceiver(UploadDesk& desk, const http::RequestPath& path) : desk_(desk), path_(path) {}

  void receive(http::Request& request, http::MultipartReader& reader) {
    while (!reader.ended()) {
      std::string_view input = request.read_some();
      if (input.empty()) reader.finish();
      for (auto event = reader.next(input); event != MultipartEvent::more;
           event = reader.next(input)) {
        if (event == MultipartEvent::part_begin) begin(reader.part());
        if (event == MultipartEvent::data) take(reader.data());
        if (event == MultipartEvent::part_end) end();
        if (event == MultipartEvent::end) break;
      }
    }
  }

  [[nodiscard]] const Fields& fields() const noexcept { return fields_; }
  // Of the files, as JSON: their names and sizes.
  [[nodiscard]] const std::string& stored() const noexcept { return stored_; }

 private:
  void begin(const http::PartHeader& part) {
    field_ = nullptr;
    if (!part.file_name) {
      field_ = &fields_[part.name.value_or("")];
    } else if (!part.file_name->empty()) {  // otherwise nobody has chosen a file
      begin_file(*part.file_name);
    }
  }

  void begin_file(const std::string& name) {
    if (!desk_.store.options().upload) throw HTTPError(403, "nothing may be uploaded here");
    place_ = desk_.store.place_in(path_, name);
    desk_.store.require_free(place_);
    FolderWriter folder = desk_.store.open(place_.folder);
    file_ = on_disk([&] { return folder.create(desk_.store.options().mode); });
    size_ = 0;
  }

  void take(std::string_view data) {
    if (file_) {
      size_ += data.size();
      desk_.store.require_size(size_);
      block_ += data;
      if (block_.size() >= kBlock) flush();
    } else if (field_ != nullptr) {
      held_ += data.size();
      if (held_ > kMaxForm) throw HTTPError(413, "the fields of the form are too long");
      *field_ += data;
    }
  }

  void flush() {
    on_disk([&] { (*file_)->write_all(block_); });
    block_.clear();
  }

  void end() {
    if (!file_) return;
    flush();
    const Stored stored = desk_.store.publish(*file_, place_);
    file_.reset();
    stored_ += stored_.empty() ? "{\"name\":" : ",{\"name\":";
    place_.name = stored.name;
    const std::string path = place_.path();
    const std::string_view root = path_.relative();
    append_json_string(stored_, root == "." ? path : path.substr(root.size() + 1));
    stored_ += ",\"size\":" + std::to_string(size_) + "}";
  }

  UploadDesk& desk_;
  const http::RequestPath& path_;
  Fields fields_;
  std::string* field_ = nullptr;
  std::size_t held_ = 0;
  Place place_;
  std::optional<NewFile> file_;
  std::string block_;
  std::uint64_t size_ = 0;
  std::string stored_;
};

// Back to the page, which is shown anew.
void show_page(const http::Request& request, http::Response& response) {
  response.status(303).set("Location", request.path()).send({});
}

// Without a script nothing else asks whether that is meant.
void ask_before_removal(http::Response& response, const std::string& encoded,
                        const std::string& name) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>Delete?</title><style>";
  page += element(kListingPage, "style");
  page += "</style><h1>Delete “";
  append_html(page, name);
  page += "”?</h1><form method=\"post\"><p><input type=\"hidden\" name=\"sure\" value=\"yes\">";
  page += "<button name=\"delete\" value=\"";
  append_html(page, encoded);
  page += "\">Delete</button> <a class=\"button\" href=\"./\">Keep</a></p></form></html>\n";
  response.set("Content-Security-Policy", listing_policy({}));
  response.set("Cache-Control", "no-store");
  response.send(page, "text/html; charset=utf-8");
}

// What a form without files asks for.
void carry_out(UploadDesk& desk, const http::Request& request, http::Response& response,
               const http::RequestPath& path, const Fields& fields) {
  if (const auto name = fields.find("mkdir"); name != fields.end()) {
    make_folder(desk, desk.store.place_in(path, name->second));
    return show_page(request, response);
  }
  const auto removed = fields.find("delete");
  if (removed == fields.end()) throw HTTPError(400, "the form asks for nothing");
  std::string name;
  if (http::percent_decode(removed->second, name) != http::PercentFault::none) {
    throw HTTPError(400, "the name is not encoded as names are");
  }
  const Place place = desk.store.place_in(path, name, Naming::present);
  if (!fields.contains("sure")) return ask_before_removal(response, removed->second, name);
  remove(desk, place);
  show_page(request, response);
}

void post_files(UploadDesk& desk, http::Request& request, http::Response& response,
                const http::RequestPath& path, const http::MediaType& type) {
  const auto boundary = http::multipart_boundary(type);
  if (!boundary) throw HTTPError(400, "the form has no boundary");
  http::MultipartReader reader(*boundary, {.parts = kMaxParts});
  FormReceiver receiver(desk, path);
  try {
    receiver.receive(request, reader);
  } catch (const http::MultipartError& error) {
    throw HTTPError(400, error.what());
  }
  if (receiver.stored().empty() && !receiver.fields().empty()) {
    return carry_out(desk, request, response, path, receiver.fields());
  }
  if (http::wants_html(request.header("Accept"))) return show_page(request, response);
  response.status(201).send("{\"files\":[" + receiver.stored() + "]}\n", "application/json");
}

}  // namespace

void post_form(UploadDesk& desk, http::Request& request, http::Response& response,
               const http::RequestPath& path) {
  if (!path.is_folder()) throw HTTPError(405, "a form goes to a folder").set("Allow", "GET, HEAD");
  const auto type = http::MediaType::parse(request.header("Content-Type").value_or(""));
  if (type && type->essence() == "multipart/form-data") {
    return post_files(desk, request, response, path, *type);
  }
  if (type && type->essence() == "application/x-www-form-urlencoded") {
    const std::string body = request.read_all(kMaxForm);
    Fields fields;
    for (http::FormReader form(body); form.next();) fields.emplace(form.name(), form.value());
    return carry_out(desk, request, response, path, fields);
  }
  if (is_resumable(request) && desk.store.options().upload) {
    const auto disposition =
        http::ContentDisposition::parse(request.header("Content-Disposition").value_or(""));
    const auto name = disposition && disposition->file_name
                          ? http::safe_file_name(*disposition->file_name)
                          : std::nullopt;
    if (!name) throw HTTPError(400, "Content-Disposition does not name the file");
    const Place place = desk.store.place_in(path, *name);
    desk.store.require_free(place);
    return begin_resumable(desk, request, response, place);
  }
  throw HTTPError(415, "only forms can be posted");
}

}  // namespace gnet::web::detail
