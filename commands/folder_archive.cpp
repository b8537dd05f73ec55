#include "commands/folder_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "commands/archive_library.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/content_disposition.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/http/response.h"
#include "gnet/os/file.h"
#include "gnet/web/folder_reader.h"

namespace commands {

namespace {

using gnet::web::Directory;
using gnet::web::FolderEntry;
using gnet::web::FolderReader;
using gnet::web::OpenFile;
using Sink = gnet::UniqueFunction<void(std::string_view)>;

constexpr std::size_t kBlock = 64 * 1024;
constexpr std::size_t kMaxDepth = 64;  // links of links could go on for ever

struct Kind {
  std::string_view name;
  std::string_view type;
};
constexpr std::array<Kind, 3> kKinds{
    {{"tar", "application/x-tar"}, {"tgz", "application/gzip"}, {"zip", "application/zip"}}};

const Kind& kind_of(ArchiveKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

struct Free {
  const ArchiveLibrary* library;
  void operator()(archive* a) const noexcept { library->write_free(a); }
  void operator()(archive_entry* entry) const noexcept { library->entry_free(entry); }
};

class Writer {
 public:
  Writer(const Directory& directory, const ArchiveOptions& options, Sink sink)
      : directory_(directory),
        sink_(std::move(sink)),
        library_(archive_library()),
        archive_(library_.write_new(), Free{&library_}) {
    if (!archive_) throw std::bad_alloc();
    archive* a = archive_.get();
    if (options.kind == ArchiveKind::zip) {
      check(library_.write_set_format_zip(a));
      check(library_.write_set_options(a, "zip:compression=store,zip:hdrcharset=UTF-8"));
    } else {
      check(library_.write_set_format_pax_restricted(a));
      if (options.kind == ArchiveKind::tgz) check(library_.write_add_filter_gzip(a));
    }
    check(library_.write_set_bytes_per_block(a, kBlock));
    check(library_.write_set_bytes_in_last_block(a, 1));
    check(library_.write_open(a, this, nullptr, &Writer::write_block, nullptr));
  }

  // What is not ended is not written either.
  ~Writer() { discards_ = true; }

  void add_folder(const std::string& path, const std::string& name, const struct stat& status,
                  FolderReader reader, std::size_t depth);

  void end() { check(library_.write_close(archive_.get())); }

 private:
  // libarchive's C does not let exceptions through; and it forgets what it has allocated when its
  // output fails, so that is hidden from it.
  static la_ssize_t write_block(archive*, void* self, const void* data, std::size_t size) {
    auto& writer = *static_cast<Writer*>(self);
    if (!writer.discards_) {
      try {
        writer.sink_({static_cast<const char*>(data), size});
        gnet::checkpoint();
      } catch (...) {
        writer.error_ = std::current_exception();
        writer.discards_ = true;
      }
    }
    return static_cast<la_ssize_t>(size);
  }

  void check(la_ssize_t result) {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    if (result >= ARCHIVE_WARN) return;
    const char* text = library_.error_string(archive_.get());
    throw std::runtime_error(fmt::format("cannot make an archive: {}", text ? text : "no reason"));
  }

  void begin(const std::string& name, const struct stat& status);
  void add_file(const std::string& path, const std::string& name);
  void add_content(OpenFile& file, const std::string& name);
  void enter(const std::string& path, const std::string& name, std::size_t depth);

  const Directory& directory_;
  Sink sink_;
  const ArchiveLibrary& library_;
  std::exception_ptr error_;
  bool discards_ = false;  // what is still to be written
  std::unique_ptr<archive, Free> archive_;
  std::vector<std::pair<dev_t, ino_t>> above_;  // the folders that it is in
  std::vector<char> block_ = std::vector<char>(kBlock);
};

// The header of an entry. Who owns it here is of no use elsewhere.
void Writer::begin(const std::string& name, const struct stat& status) {
  const std::unique_ptr<archive_entry, Free> entry(library_.entry_new2(archive_.get()),
                                                   Free{&library_});
  if (!entry) throw std::bad_alloc();
  library_.entry_copy_pathname(entry.get(), name.c_str());
  library_.entry_set_filetype(entry.get(), S_ISDIR(status.st_mode) ? AE_IFDIR : AE_IFREG);
  library_.entry_set_perm(entry.get(), status.st_mode & 0777U);
  library_.entry_set_mtime(entry.get(), status.st_mtim.tv_sec, 0);
  library_.entry_set_size(entry.get(), S_ISDIR(status.st_mode) ? 0 : status.st_size);
  check(library_.write_header(archive_.get(), entry.get()));
}

void Writer::add_file(const std::string& path, const std::string& name) {
  auto file = directory_.open(path);
  if (!file || file->is_folder()) return;  // it has gone, or may not be read
  add_content(*file, name);
}

void Writer::add_content(OpenFile& file, const std::string& name) {
  const std::uint64_t size = file.size();
  begin(name, file.status);
  gnet::File content(std::move(file.fd));
  for (std::uint64_t at = 0; at < size;) {
    const std::size_t most = std::min<std::uint64_t>(block_.size(), size - at);
    const std::size_t count = content.pread(block_.data(), most, at);
    if (count == 0) throw std::runtime_error("'" + name + "' is shorter than it was");
    check(library_.write_data(archive_.get(), block_.data(), count));
    at += count;
  }
  check(library_.write_finish_entry(archive_.get()));
}

void Writer::add_folder(const std::string& path, const std::string& name, const struct stat& status,
                        FolderReader reader, std::size_t depth) {
  begin(name + "/", status);
  check(library_.write_finish_entry(archive_.get()));
  above_.emplace_back(status.st_dev, status.st_ino);
  std::vector<std::string> folders;
  std::optional<FolderReader> names(std::move(reader));
  for (auto some = names->next(); !some.empty(); some = names->next()) {
    for (FolderEntry& entry : some) {
      if (entry.is_folder) {
        folders.push_back(std::move(entry.name));
      } else {
        add_file(path == "." ? entry.name : path + "/" + entry.name, name + "/" + entry.name);
      }
    }
  }
  names.reset();
  for (const std::string& folder : folders) {
    enter(path == "." ? folder : path + "/" + folder, name + "/" + folder, depth + 1);
  }
  above_.pop_back();
}

void Writer::enter(const std::string& path, const std::string& name, std::size_t depth) {
  const auto status = directory_.status(path);
  if (!status || depth > kMaxDepth) return;
  const std::pair here(status->st_dev, status->st_ino);
  if (std::find(above_.begin(), above_.end(), here) != above_.end()) return;
  if (auto reader = FolderReader::open(directory_, path)) {
    add_folder(path, name, *status, std::move(*reader), depth);
  }
}

}  // namespace

std::optional<ArchiveKind> archive_kind(std::string_view name) noexcept {
  for (const auto kind : {ArchiveKind::tar, ArchiveKind::tgz, ArchiveKind::zip}) {
    if (kind_of(kind).name == name) return kind;
  }
  return std::nullopt;
}

bool write_archive(const Directory& directory, std::string_view path, const ArchiveOptions& options,
                   Sink sink) {
  gnet::web::Absence why = gnet::web::Absence::none;
  auto reader = FolderReader::open(directory, path, &why);
  const auto status = directory.status(path);
  if (why == gnet::web::Absence::denied) {
    throw gnet::http::HTTPError(403, "this folder may not be read");
  }
  if (!reader || !status) return false;
  const auto writer = std::make_unique<Writer>(directory, options, std::move(sink));
  writer->add_folder(std::string(path), options.name, *status, std::move(*reader), 0);
  writer->end();
  return true;
}

bool send_archive(gnet::http::Request& request, gnet::http::Response& response,
                  const Directory& directory, const gnet::http::RequestPath& path,
                  const ArchiveOptions& options) {
  const Kind& kind = kind_of(options.kind);
  const auto head = [&] {
    const std::string file = fmt::format("{}.{}", options.name, kind.name);
    response.type(kind.type).set("Content-Disposition", gnet::http::attachment(file));
    response.set("Cache-Control", "no-store");
  };
  if (request.method() == "HEAD") {
    const auto status = directory.status(path.relative());
    if (!status || !S_ISDIR(status->st_mode)) return false;
    head();
    response.write({});
    return true;
  }
  return write_archive(directory, path.relative(), options, [&](std::string_view piece) {
    if (!response.started()) head();
    response.write(piece);
  });
}

}  // namespace commands
