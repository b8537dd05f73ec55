// A folder in which files are made, replaced and removed: what uploads need.
//
//   auto folder = gnet::web::FolderWriter::open(site, "incoming");
//   gnet::web::NewFile file = folder->create(0644);
//   while (auto piece = next()) file->write_all(*piece);
//   if (!file.publish("report.pdf", gnet::web::Existing::keep)) answer(409);
//
// A file is written without a name (O_TMPFILE), and gets one when it is whole: nobody sees half of
// one, two who write the same at once do not mix, and nothing stays of what is given up, not even
// when the process is killed. Where the file system has no such thing, and for a file that may be
// resumed, it has a hidden name until then. Names are of things in this very folder:
// those with a slash, "." and "..", and hidden ones unless the Directory has those, are refused
// with std::invalid_argument. A link is replaced or removed itself, and never followed.
//
// All operations suspend: they run on threads. Errors are SystemError.
//
// Threads: both belong to the hub on which they were made.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/base/duration.h"
#include "gnet/os/file.h"
#include "gnet/web/directory.h"

namespace gnet::web {

// What becomes of something that has the name already.
enum class Existing : std::uint8_t { keep, replace };

class NewFile;

class FolderWriter {
 public:
  // Nothing if there is no such folder; as Directory::open() otherwise.
  [[nodiscard]] static std::optional<FolderWriter> open(const Directory& directory,
                                                        std::string_view path,
                                                        Absence* why = nullptr);

  // A file to be written. Its mode is not changed by the umask. It is gone again unless it is
  // published.
  [[nodiscard]] NewFile create(mode_t mode = 0644);

  // One that will have this name and may take several attempts: what there is of it from before is
  // in it (File::size()), and it stays if it is not published. Only one NewFile at a time has it;
  // nothing if there is another, in this process or elsewhere.
  [[nodiscard]] std::optional<NewFile> resume(std::string_view name, mode_t mode = 0644);

  // False: the name is taken.
  bool make_folder(std::string_view name, mode_t mode = 0755);

  // A file, a link, or a folder that is empty (std::errc::directory_not_empty otherwise). False:
  // there is none.
  bool remove(std::string_view name);

  // Removes the files of uploads whose process was killed, here and in all folders below: those
  // that nobody has written to for so long, and that nobody could resume. How many there were.
  std::size_t remove_stale(Duration age);

 private:
  friend class NewFile;
  struct State;
  struct Created;
  explicit FolderWriter(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

class NewFile {
 public:
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&& other) noexcept;

  // Removes what is not published, unless it may be resumed.
  ~NewFile();

  [[nodiscard]] File& operator*() noexcept { return file_; }
  [[nodiscard]] File* operator->() noexcept { return &file_; }

  // Returns when the file is on the disk under this name, and closes it. False: the name is taken,
  // with `replace` by what is neither file, link nor folder; another can be tried then.
  [[nodiscard]] bool publish(std::string_view name, Existing existing);

  // Removes it, whatever it is for.
  void discard();

 private:
  friend class FolderWriter;
  // Whether the hidden name is there, and what becomes of it if the file is not published.
  enum class Hidden { nowhere, gone, stays };
  NewFile(std::shared_ptr<FolderWriter::State> folder, File file, std::string name,
          Hidden hidden) noexcept;

  std::shared_ptr<FolderWriter::State> folder_;
  File file_;
  std::string name_;  // hidden; empty once it is published
  Hidden hidden_ = Hidden::nowhere;
};

}  // namespace gnet::web
