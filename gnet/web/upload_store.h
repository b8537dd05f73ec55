// Of upload.cpp: where uploads go, and how they get there.
//
//   const Place place = store.place_of(path);              // throws 400 or 403
//   store.require_free(place);                             // throws 409
//   FolderWriter folder = store.open(place.folder);        // throws 409
//   NewFile file = folder.create(mode);
//   store.receive(request, file);                          // throws 413 or 507
//   const Stored stored = store.publish(file, place);
//
// All errors that are a client's to know are HTTPErrors.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "gnet/web/folder_writer.h"
#include "gnet/web/upload.h"

namespace gnet::web::detail {

// A name in a folder, which is relative to the root: ".", or "a/b".
struct Place {
  std::string folder;
  std::string name;

  [[nodiscard]] std::string path() const { return folder == "." ? name : folder + "/" + name; }
};

// Whether a name is given to something, or something has it already, whatever it is.
enum class Naming : std::uint8_t { fresh, present };

struct Stored {
  std::string name;  // another than was asked for, perhaps
  bool replaced = false;
};

// Throws HTTPError for what the client has to know of it; anything else as it is.
[[noreturn]] void throw_refusal(const std::system_error& error);

// Calls what only has to do with files.
template <typename F>
auto on_disk(F&& operation) {
  try {
    return operation();
  } catch (const std::system_error& error) {
    throw_refusal(error);
  }
}

class UploadStore {
 public:
  UploadStore(Directory directory, UploadOptions options);

  [[nodiscard]] const UploadOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Directory& directory() const noexcept { return directory_; }

  // What the path names, or what `name`, in which there may be folders, names below it.
  [[nodiscard]] Place place_of(const http::RequestPath& path, Naming naming = Naming::fresh) const;
  [[nodiscard]] Place place_in(const http::RequestPath& folder, std::string_view name,
                               Naming naming = Naming::fresh) const;

  // Makes missing folders if that is allowed. 409: there is no such folder.
  [[nodiscard]] FolderWriter open(const std::string& folder) const;

  // Before a body is read for nothing. 409: the name is taken, and that is an error.
  void require_free(const Place& place) const;
  // 413: a file must not be so large.
  void require_size(std::uint64_t size) const;

  // Appends the body to the file; 413 for more than `most`, which is "larger than allowed" unless
  // something else is said. What has come stays in the file, whatever happens.
  std::uint64_t receive(http::Request& request, NewFile& file) const {
    return receive(request, file, most(), {});
  }
  std::uint64_t receive(http::Request& request, NewFile& file, std::uint64_t most,
                        std::string_view reason) const;

  // How large a file may be.
  [[nodiscard]] std::uint64_t most() const noexcept {
    return options_.max_size != 0 ? options_.max_size : std::numeric_limits<std::uint64_t>::max();
  }

  // 409: the name is taken after all.
  [[nodiscard]] Stored publish(NewFile& file, const Place& place) const;

 private:
  [[nodiscard]] Place checked(std::string path, Naming naming) const;

  Directory directory_;
  UploadOptions options_;
};

// The segment of a URL for this name.
[[nodiscard]] std::string encoded_name(std::string_view name);

}  // namespace gnet::web::detail
