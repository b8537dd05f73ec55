#include "commands/archive_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "cli/out/failure.h"

namespace commands {

namespace {

[[noreturn]] void fail() {
  const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe): of this thread alone
  throw cli::Failure(cli::Exit::io,
                     fmt::format("cannot load libarchive: {}", reason ? reason : "no reason"),
                     "archives of folders need it: install the package libarchive13");
}

class Loader {
 public:
  Loader() : library_(dlopen(GNET_ARCHIVE_SONAME, RTLD_NOW | RTLD_LOCAL)) {
    if (!library_) fail();
  }

  template <typename Function>
  void find(Function*& function, const char* name) const {
    void* address = dlsym(library_, name);
    if (!address) fail();
    function = reinterpret_cast<Function*>(address);  // as dlsym(3) has it
  }

 private:
  void* library_;
};

ArchiveLibrary load() {
  const Loader loader;
  ArchiveLibrary library{};
  loader.find(library.error_string, "archive_error_string");
  loader.find(library.write_new, "archive_write_new");
  loader.find(library.write_free, "archive_write_free");
  loader.find(library.write_set_format_zip, "archive_write_set_format_zip");
  loader.find(library.write_set_format_pax_restricted, "archive_write_set_format_pax_restricted");
  loader.find(library.write_add_filter_gzip, "archive_write_add_filter_gzip");
  loader.find(library.write_set_options, "archive_write_set_options");
  loader.find(library.write_set_bytes_per_block, "archive_write_set_bytes_per_block");
  loader.find(library.write_set_bytes_in_last_block, "archive_write_set_bytes_in_last_block");
  loader.find(library.write_open, "archive_write_open");
  loader.find(library.write_header, "archive_write_header");
  loader.find(library.write_data, "archive_write_data");
  loader.find(library.write_finish_entry, "archive_write_finish_entry");
  loader.find(library.write_close, "archive_write_close");
  loader.find(library.entry_new2, "archive_entry_new2");
  loader.find(library.entry_free, "archive_entry_free");
  loader.find(library.entry_copy_pathname, "archive_entry_copy_pathname");
  loader.find(library.entry_set_filetype, "archive_entry_set_filetype");
  loader.find(library.entry_set_perm, "archive_entry_set_perm");
  loader.find(library.entry_set_mtime, "archive_entry_set_mtime");
  loader.find(library.entry_set_size, "archive_entry_set_size");
  return library;
}

}  // namespace

const ArchiveLibrary& archive_library() {
  static const ArchiveLibrary library = load();
  return library;
}

}  // namespace commands
