// libarchive, loaded by the first who asks for it: most runs of the command never do, and with the
// nine libraries that it brings it took a third of the time in which the command starts.
//
//   const ArchiveLibrary& library = commands::archive_library();
//   archive* a = library.write_new();
//
// Threads: any. Blocks the thread while it is loaded, some milliseconds, so a server asks for it
// before it serves. It stays loaded.

#pragma once

#include <archive.h>
#include <archive_entry.h>

namespace commands {

// Its functions, by their names without "archive_".
struct ArchiveLibrary {
  decltype(&archive_error_string) error_string;
  decltype(&archive_write_new) write_new;
  decltype(&archive_write_free) write_free;
  decltype(&archive_write_set_format_zip) write_set_format_zip;
  decltype(&archive_write_set_format_pax_restricted) write_set_format_pax_restricted;
  decltype(&archive_write_add_filter_gzip) write_add_filter_gzip;
  decltype(&archive_write_set_options) write_set_options;
  decltype(&archive_write_set_bytes_per_block) write_set_bytes_per_block;
  decltype(&archive_write_set_bytes_in_last_block) write_set_bytes_in_last_block;
  decltype(&archive_write_open) write_open;
  decltype(&archive_write_header) write_header;
  decltype(&archive_write_data) write_data;
  decltype(&archive_write_finish_entry) write_finish_entry;
  decltype(&archive_write_close) write_close;
  decltype(&archive_entry_new2) entry_new2;
  decltype(&archive_entry_free) entry_free;
  decltype(&archive_entry_copy_pathname) entry_copy_pathname;
  decltype(&archive_entry_set_filetype) entry_set_filetype;
  decltype(&archive_entry_set_perm) entry_set_perm;
  decltype(&archive_entry_set_mtime) entry_set_mtime;
  decltype(&archive_entry_set_size) entry_set_size;
};

// Throws cli::Failure (Exit::io) where it cannot be loaded, and tries again the next time.
[[nodiscard]] const ArchiveLibrary& archive_library();

}  // namespace commands
