#include "gnet/web/folder_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

#include "gnet/fiber/fiber.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(folder_reader)

using gnet::web::Absence;
using gnet::web::Directory;
using gnet::web::FolderEntry;
using gnet::web::FolderReader;
using gnet::web::Links;

namespace {

std::map<std::string, FolderEntry> all_of(FolderReader reader) {
  std::map<std::string, FolderEntry> entries;
  for (auto some = reader.next(); !some.empty(); some = reader.next()) {
    for (auto& entry : some) BOOST_TEST(entries.emplace(entry.name, entry).second);
  }
  return entries;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_folder_has_what_could_be_opened) {
  const TemporaryFolder folder;
  folder.write("outside.txt", "out");
  folder.write("site/a.txt", "hello");
  folder.write("site/docs/b.txt", "");
  folder.write("site/.hidden", "");
  folder.link("site/inside", "a.txt");
  folder.link("site/to-docs", "docs");
  folder.link("site/outside", "../outside.txt");
  folder.link("site/nowhere", "nothing");
  BOOST_REQUIRE(mkfifo(folder.path("site/pipe").c_str(), 0666) == 0);
  const auto names = [&](Links links, bool hidden) {
    std::string text;
    const Directory site(folder.path("site"), {links, hidden});
    for (const auto& [name, entry] : all_of(FolderReader::open(site, ".").value())) {
      text += name + (entry.is_folder ? "/" : "") + (entry.is_link ? "@ " : " ");
    }
    return text;
  };
  BOOST_TEST(names(Links::no, false) == "a.txt docs/ ");
  BOOST_TEST(names(Links::inside, false) == "a.txt docs/ inside@ to-docs/@ ");
  BOOST_TEST(names(Links::inside, true) == ".hidden a.txt docs/ inside@ to-docs/@ ");
  BOOST_TEST(names(Links::all, false) == "a.txt docs/ inside@ outside@ to-docs/@ ");
}

BOOST_AUTO_TEST_CASE(a_name_that_no_path_can_have_is_not_there) {
  const TemporaryFolder folder;
  const std::string overlong = "\xc0\xaf";  // a slash in two bytes
  for (const std::string name : {"back\\slash", "caf\xe9", "100%", "a?b#c"}) folder.write(name, "");
  folder.write(overlong, "");
  const auto entries = all_of(FolderReader::open(Directory(folder.path()), ".").value());
  BOOST_TEST(entries.size() == 3u);
  BOOST_TEST(!entries.contains("back\\slash"));
  BOOST_TEST(!entries.contains(overlong));
}

BOOST_AUTO_TEST_CASE(an_entry_has_size_and_time_of_what_a_link_leads_to) {
  const TemporaryFolder folder;
  folder.write("docs/a.txt", "hello");
  folder.link("docs/b", "a.txt");
  const timespec times[] = {{1'000'000'000, 0}, {1'000'000'000, 999}};
  BOOST_REQUIRE(utimensat(AT_FDCWD, folder.path("docs/a.txt").c_str(), times, 0) == 0);
  const Directory directory(folder.path());
  const auto entries = all_of(FolderReader::open(directory, "docs").value());
  for (const std::string name : {"a.txt", "b"}) {
    BOOST_TEST(entries.at(name).size == 5u);
    BOOST_TEST(entries.at(name).modified.time_since_epoch().count() == 1'000'000'000);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_folder_cannot_be_read) {
  const TemporaryFolder folder;
  folder.write("a.txt", "");
  const Directory directory(folder.path());
  Absence why = Absence::none;
  BOOST_TEST(!FolderReader::open(directory, "a.txt", &why));
  BOOST_CHECK(why == Absence::missing);
  BOOST_TEST(!FolderReader::open(directory, "nothing"));
  BOOST_TEST(!FolderReader::open(directory, ".."));
}

BOOST_AUTO_TEST_CASE(many_names_come_in_pieces) {
  const TemporaryFolder folder;
  for (int i = 0; i < 3000; ++i) folder.write(std::to_string(i), "");
  const Directory directory(folder.path());
  auto reader = FolderReader::open(directory, ".").value();
  std::size_t count = 0, pieces = 0;
  for (auto some = reader.next(); !some.empty(); some = reader.next()) {
    count += some.size(), ++pieces;
    BOOST_TEST(some.size() <= 512u);
  }
  BOOST_TEST(count == 3000u);
  BOOST_TEST(pieces > 5u);
  BOOST_TEST(reader.next().empty());
}

BOOST_AUTO_TEST_SUITE_END()
