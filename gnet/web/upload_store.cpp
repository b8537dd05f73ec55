#include "gnet/web/upload_store.h"

#include <algorithm>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/size.h"
#include "gnet/base/utf8.h"
#include "gnet/http/ascii.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/web/html.h"

namespace gnet::web::detail {

using http::HTTPError;

namespace {

constexpr std::size_t kWritten = 128 * 1024;  // of a body, written at once
constexpr int kMaxNames = 1000;               // that are tried for a name that is taken
constexpr std::size_t kMaxName = 255;

[[noreturn]] void throw_taken(std::string_view name) {
  throw HTTPError(409, "there is a '" + printable(name) + "' already");
}

// "a (1).txt" of "a.txt"; a dot at the beginning is no extension.
std::string numbered(std::string_view name, int number) {
  const auto dot = name.rfind('.');
  const auto end = dot == name.npos || dot == 0 ? name.size() : dot;
  return std::string(name.substr(0, end)) + " (" + std::to_string(number) + ")" +
         std::string(name.substr(end));
}

// A body on its way into a file, in blocks.
class BlockWriter {
 public:
  explicit BlockWriter(NewFile& file) : file_(file) {}

  void write(std::string_view piece) {
    block_ += piece;
    if (block_.size() >= kWritten) flush();
  }
  void flush() {
    if (!block_.empty()) on_disk([&] { file_->write_all(block_); });
    block_.clear();
  }

 private:
  NewFile& file_;
  std::string block_;
};

}  // namespace

void throw_refusal(const std::system_error& error) {
  const std::string reason = describe(error.code());
  switch (static_cast<std::errc>(error.code().default_error_condition().value())) {
    case std::errc::no_space_on_device:
    case std::errc::file_too_large:
      throw HTTPError(507, "there is no space left for it");
    case std::errc::permission_denied:
    case std::errc::operation_not_permitted:
    case std::errc::read_only_file_system:
      throw HTTPError(403, "this may not be written: " + reason);
    case std::errc::filename_too_long:
      throw HTTPError(400, "the name is too long");
    case std::errc::directory_not_empty:
      throw HTTPError(409, "the folder is not empty");
    case std::errc::is_a_directory:
    case std::errc::not_a_directory:
    case std::errc::file_exists:
    case std::errc::no_such_file_or_directory:
    case std::errc::too_many_symbolic_link_levels:
      throw HTTPError(409, "this does not fit what is there: " + reason);
    default:
      if (error.code().value() == EDQUOT) throw HTTPError(507, "there is no space left for it");
      throw;
  }
}

std::string encoded_name(std::string_view name) {
  std::string text;
  append_relative_link(text, name);
  return text;
}

UploadStore::UploadStore(Directory directory, UploadOptions options)
    : directory_(std::move(directory)), options_(std::move(options)) {}

// A path that is relative to the root, with a name at its end.
Place UploadStore::checked(std::string path, Naming naming) const {
  const bool has_control =
      std::any_of(path.begin(), path.end(), [](char c) { return http::detail::is_control(c); });
  if (naming == Naming::fresh && (has_control || !is_utf8(path))) {
    throw HTTPError(400, "the name has characters that no name should have");
  }
  while (path.ends_with('/')) path.pop_back();
  const auto slash = path.rfind('/');
  Place place{slash == path.npos ? "." : path.substr(0, slash),
              slash == path.npos ? path : path.substr(slash + 1)};
  if (place.name.empty() || place.name == ".") throw HTTPError(400, "there is no name");
  if (place.name.size() > kMaxName) throw HTTPError(400, "the name is too long");
  if (!directory_.admits(path)) throw HTTPError(403, "such names are not allowed here");
  return place;
}

Place UploadStore::place_of(const http::RequestPath& path, Naming naming) const {
  return checked(std::string(path.relative()), naming);
}

Place UploadStore::place_in(const http::RequestPath& folder, std::string_view name,
                            Naming naming) const {
  // Some clients send the whole path of a file on their disk.
  const auto backslash = naming == Naming::fresh ? name.rfind('\\') : name.npos;
  if (backslash != name.npos) {
    name.remove_prefix(backslash + 1);
  }
  std::string path = folder.relative() == "." ? "" : std::string(folder.relative()) + "/";
  for (std::string_view rest = name;;) {
    const auto slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") {
      throw HTTPError(400, "'" + printable(name) + "' is no name for a file");
    }
    if (slash == rest.npos) break;
    rest.remove_prefix(slash + 1);
  }
  return checked(path.append(name), naming);
}

FolderWriter UploadStore::open(const std::string& folder) const {
  return on_disk([&] {
    if (auto there = FolderWriter::open(directory_, folder)) return std::move(*there);
    const auto missing = [&] { return HTTPError(409, "there is no folder '" + folder + "'"); };
    if (!options_.mkdir || folder == ".") throw missing();
    const auto slash = folder.rfind('/');
    FolderWriter above = open(slash == folder.npos ? "." : folder.substr(0, slash));
    above.make_folder(slash == folder.npos ? folder : folder.substr(slash + 1));
    auto made = FolderWriter::open(directory_, folder);
    if (!made) throw missing();
    return std::move(*made);
  });
}

void UploadStore::require_free(const Place& place) const {
  const auto status = on_disk([&] { return directory_.status(place.path()); });
  if (!status) return;
  if (options_.if_exists == IfExists::error ||
      (options_.if_exists == IfExists::replace && S_ISDIR(status->st_mode))) {
    throw_taken(place.name);
  }
}

void UploadStore::require_size(std::uint64_t size) const {
  if (size <= most()) return;
  throw HTTPError(413, "larger than " + format_size(most()) + ", which is the most here");
}

std::uint64_t UploadStore::receive(http::Request& request, NewFile& file, std::uint64_t most,
                                   std::string_view reason) const {
  BlockWriter writer(file);
  std::uint64_t received = 0;
  try {
    for (auto piece = request.read_some(); !piece.empty(); piece = request.read_some()) {
      received += piece.size();
      if (received > most) {
        if (reason.empty()) require_size(received);
        throw HTTPError(413, std::string(reason));
      }
      writer.write(piece);
    }
  } catch (const std::exception&) {
    writer.flush();
    throw;
  }
  writer.flush();
  return received;
}

Stored UploadStore::publish(NewFile& file, const Place& place) const {
  return on_disk([&]() -> Stored {
    if (options_.if_exists == IfExists::replace) {
      const bool there = directory_.status(place.path()).has_value();
      if (file.publish(place.name, Existing::replace)) return {place.name, there};
    }
    if (file.publish(place.name, Existing::keep)) return {place.name};
    if (options_.if_exists != IfExists::rename) throw_taken(place.name);
    for (int i = 1; i <= kMaxNames; ++i) {
      std::string other = numbered(place.name, i);
      if (file.publish(other, Existing::keep)) return {std::move(other)};
    }
    throw_taken(place.name);
  });
}

}  // namespace gnet::web::detail
