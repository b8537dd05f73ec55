#include "commands/folder_archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <boost/test/unit_test.hpp>

#include <clocale>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/web/directory.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(folder_archive)

using commands::ArchiveKind;
using commands::write_archive;
using gnet::web::Directory;

namespace {

struct Folder {
  Folder() { std::setlocale(LC_CTYPE, "C.UTF-8"); }

  std::string archived(ArchiveKind kind, std::string_view path = ".") const {
    std::string all;
    BOOST_TEST(write_archive(directory, path, {kind, "top"}, [&](std::string_view piece) {
      all += piece;
      gnet::yield();
    }));
    return all;
  }

  TemporaryFolder temporary;
  Directory directory{temporary.path()};
};

// Names and contents.
std::map<std::string, std::string> content_of(const std::string& bytes) {
  std::map<std::string, std::string> found;
  archive* a = archive_read_new();
  archive_read_support_format_tar(a);
  archive_read_support_format_zip(a);
  archive_read_support_filter_gzip(a);
  BOOST_REQUIRE(archive_read_open_memory(a, bytes.data(), bytes.size()) == ARCHIVE_OK);
  archive_entry* entry = nullptr;
  int result = ARCHIVE_OK;
  while ((result = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
    std::string& text = found[archive_entry_pathname(entry)];
    char buffer[4096];
    la_ssize_t size = 0;
    while ((size = archive_read_data(a, buffer, sizeof buffer)) > 0) {
      text.append(buffer, static_cast<std::size_t>(size));
    }
    BOOST_TEST(size == 0);
  }
  BOOST_TEST(result == ARCHIVE_EOF);
  archive_read_free(a);
  return found;
}

std::string names_of(const std::string& bytes) {
  std::string names;
  for (const auto& [name, text] : content_of(bytes)) names += name + "\n";
  return names;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_folder_comes_out_as_it_was, Folder) {
  const std::string large(300'000, 'x');
  temporary.write("a.txt", "hello");
  temporary.write("empty", "");
  temporary.write("d/e/日本.bin", large);
  std::filesystem::create_directory(temporary.path("nothing"));
  for (const auto kind : {ArchiveKind::tar, ArchiveKind::tgz, ArchiveKind::zip}) {
    const std::string bytes = archived(kind);
    BOOST_TEST(names_of(bytes) ==
               "top/\ntop/a.txt\ntop/d/\ntop/d/e/\ntop/d/e/日本.bin\ntop/empty\ntop/nothing/\n");
    auto content = content_of(bytes);
    BOOST_TEST(content["top/a.txt"] == "hello");
    BOOST_TEST((content["top/d/e/日本.bin"] == large));
  }
  BOOST_TEST(names_of(archived(ArchiveKind::zip, "d/e")) == "top/\ntop/日本.bin\n");
}

BOOST_FIXTURE_TEST_CASE(only_what_is_shown_is_in_it, Folder) {
  TemporaryFolder elsewhere;
  temporary.write("d/a", "1");
  temporary.write(".hidden", "2");
  temporary.link("out", elsewhere.write("secret", "3"));
  temporary.link("in", "d/a");
  temporary.link("d/around", "..");
  temporary.link("again", "d");
  auto content = content_of(archived(ArchiveKind::tar));
  BOOST_TEST(content["top/in"] == "1");
  BOOST_TEST(content["top/again/a"] == "1");
  BOOST_TEST(!content.contains("top/out"));
  BOOST_TEST(!content.contains("top/.hidden"));
  BOOST_TEST(!content.contains("top/d/around/"));
}

BOOST_FIXTURE_TEST_CASE(zip_is_stored, Folder) {
  temporary.write("a", std::string(100'000, 'x'));
  BOOST_TEST(archived(ArchiveKind::zip).size() > 100'000u);
  BOOST_TEST(archived(ArchiveKind::tgz).size() < 2'000u);
}

BOOST_FIXTURE_TEST_CASE(what_vanishes_is_left_out, Folder) {
  temporary.write("a", std::string(200'000, 'x'));
  temporary.write("d/b", "gone");
  std::string all;
  BOOST_TEST(write_archive(directory, ".", {ArchiveKind::tar, "top"}, [&](std::string_view piece) {
    all += piece;
    std::filesystem::remove(temporary.path("d/b"));
  }));
  BOOST_TEST(names_of(all) == "top/\ntop/a\ntop/d/\n");
}

BOOST_FIXTURE_TEST_CASE(what_shrinks_ends_it, Folder) {
  temporary.write("a", std::string(500'000, 'x'));
  const auto shrink = [&](std::string_view) {
    std::filesystem::resize_file(temporary.path("a"), 100'000);
  };
  for (const auto kind : {ArchiveKind::tar, ArchiveKind::zip}) {
    temporary.write("a", std::string(500'000, 'x'));
    BOOST_CHECK_THROW(write_archive(directory, ".", {kind, "top"}, shrink), std::runtime_error);
  }
}

BOOST_FIXTURE_TEST_CASE(what_the_sink_throws_comes_out, Folder) {
  temporary.write("a", std::string(500'000, 'x'));
  for (const auto kind : {ArchiveKind::tar, ArchiveKind::tgz, ArchiveKind::zip}) {
    int calls = 0;
    const auto fail = [&](std::string_view) {
      ++calls;
      gnet::throw_errno(EPIPE, "cannot send");
    };
    BOOST_CHECK_THROW(write_archive(directory, ".", {kind, "top"}, fail), std::system_error);
    BOOST_TEST(calls == 1);
  }
}

BOOST_FIXTURE_TEST_CASE(it_is_interrupted_where_the_sink_waits, Folder) {
  temporary.write("a", std::string(500'000, 'x'));
  auto fiber = gnet::spawn([&] {
    write_archive(directory, ".", {ArchiveKind::zip, "top"},
                  [](std::string_view) { gnet::sleep(std::chrono::hours(1)); });
  });
  gnet::sleep(std::chrono::milliseconds(20));
  fiber.kill();
  BOOST_TEST(fiber.dead());
}

BOOST_FIXTURE_TEST_CASE(several_are_made_at_a_time, Folder) {
  for (int i = 0; i < 20; ++i) {
    temporary.write("d/" + std::to_string(i), std::string(50'000, static_cast<char>('a' + i)));
  }
  const std::string wanted = names_of(archived(ArchiveKind::tar));
  std::vector<gnet::Fiber<std::string>> fibers;
  for (int i = 0; i < 9; ++i) {
    fibers.push_back(gnet::spawn([&, i] { return archived(static_cast<ArchiveKind>(i % 3)); }));
  }
  for (auto& fiber : fibers) BOOST_TEST(names_of(fiber.get()) == wanted);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_told) {
  const TemporaryFolder temporary;
  const Directory directory(temporary.path());
  const auto nothing = [](std::string_view) { BOOST_ERROR("nothing is to be sent"); };
  BOOST_TEST(!write_archive(directory, "none", {ArchiveKind::zip, "top"}, nothing));
}

BOOST_AUTO_TEST_SUITE_END()
