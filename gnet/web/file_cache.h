// Files of a Directory that are asked for again and again: they stay open for a moment.
//
//   detail::FileCache cache(directory);
//   if (auto file = cache.open("docs/a.txt", &why)) send(file->fd.get(), file->size());
//
// A path that was looked up less than a second ago is the file that was found then, unless that is
// another by now: fstat(2) is asked each time, and a file that has lost its last link (it was
// removed, or replaced), or has another size, mode or time of change, is looked up anew at once.
// What happens to folders and links above it shows within the second. Of what is not there nothing
// is remembered, nor are folders.
//
// Each hub has files of its own, together no more than an eighth of the descriptors that the
// process may have, nor 1024; the oldest goes first. When there are no descriptors left all are
// given up, and so are those that are a second old: nothing is left of an idle server.
//
// Of static_files.cpp.
//
// Threads: all of it may be called from any hub. A KnownFile is of the hub that has opened it, but
// others may use its descriptor and destroy it.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/base/chrono.h"
#include "gnet/base/duration.h"
#include "gnet/http/conditional.h"
#include "gnet/http/headers.h"
#include "gnet/web/directory.h"

namespace gnet::web::detail {

struct KnownFile : OpenFile {
  std::string path;  // below the folder

  // What StaticFiles says of it, once it was asked.
  struct Head {
    std::string type;
    http::Headers fields;  // of every answer that has content
    http::Headers whole;   // of the one that is the whole file: those and its validators
    http::Validators version;
    bool varies = false;
  };
  std::unique_ptr<Head> head{};

  // Of FileCache.
  std::string content{};
  TimePoint since{};
  bool settled = false;
};

class FileCache {
 public:
  struct Options {
    Duration age = std::chrono::seconds(1);
    std::size_t content = 16 * 1024;  // bytes of a file that is kept in memory
  };

  explicit FileCache(Directory directory) : FileCache(std::move(directory), Options()) {}
  FileCache(Directory directory, Options options);

  // As Directory::open().
  [[nodiscard]] std::shared_ptr<KnownFile> open(std::string path, Absence* why) const;

  // All that is in a small file that was just opened, from memory if it was asked for before. Null:
  // it is large, or so new that the next change may have the same time as the last (kernels count
  // it in ticks, some file systems in seconds). Suspends if the disk has to be asked.
  [[nodiscard]] const std::string* content(KnownFile& file) const;

  // Has every path looked up anew from now on.
  void clear() noexcept { ++generation_; }

  // How many files are kept open, by all there are.
  [[nodiscard]] static std::size_t open_files() noexcept;

 private:
  [[nodiscard]] std::shared_ptr<KnownFile> look_up(std::string path, Absence* why) const;

  Directory directory_;
  Options options_;
  std::uint64_t id_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace gnet::web::detail
