#include "gnet/web/folder_writer.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/web/folder_reader.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(folder_writer)

using namespace std::chrono_literals;
using gnet::web::Directory;
using gnet::web::Existing;
using gnet::web::FolderWriter;
using gnet::web::NewFile;

namespace {

struct Incoming {
  TemporaryFolder temporary;
  Directory directory{temporary.path()};
  FolderWriter folder = FolderWriter::open(directory, ".").value();

  // How many names there are, hidden ones included.
  std::size_t names() const {
    auto reader = gnet::web::FolderReader::open(Directory(temporary.path(), {.hidden = true}), ".");
    return reader->next().size();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_file_appears_when_it_is_whole, Incoming) {
  NewFile file = folder.create(0640);
  file->write_all("hel");
  BOOST_TEST(!temporary.has("a.txt"));
  file->write_all("lo");
  BOOST_TEST(file.publish("a.txt", Existing::keep));
  BOOST_TEST(temporary.read("a.txt") == "hello");
  BOOST_TEST(names() == 1u);
  struct stat status {};
  BOOST_REQUIRE(stat(temporary.path("a.txt").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777u) == 0640u);
  BOOST_CHECK_THROW(static_cast<void>(file.publish("b.txt", Existing::keep)), gnet::Misuse);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_published_is_gone, Incoming) {
  {
    NewFile file = folder.create();
    file->write_all("half");
    BOOST_TEST(names() == 0u);  // not even while it is written
  }
  BOOST_TEST(names() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_name_that_is_taken_is_kept_or_replaced, Incoming) {
  temporary.write("a.txt", "old");
  NewFile file = folder.create();
  file->write_all("new");
  BOOST_TEST(!file.publish("a.txt", Existing::keep));
  BOOST_TEST(temporary.read("a.txt") == "old");
  BOOST_TEST(file.publish("a.txt", Existing::replace));
  BOOST_TEST(temporary.read("a.txt") == "new");
  BOOST_TEST(names() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_pipe_is_not_replaced, Incoming) {
  BOOST_TEST_REQUIRE(mkfifo(temporary.path("pipe").c_str(), 0600) == 0);
  NewFile file = folder.create();
  file->write_all("new");
  BOOST_TEST(!file.publish("pipe", Existing::replace));
  struct stat status {};
  BOOST_TEST_REQUIRE(lstat(temporary.path("pipe").c_str(), &status) == 0);
  BOOST_TEST(S_ISFIFO(status.st_mode));
  BOOST_TEST(file.publish("other", Existing::replace));
}

BOOST_FIXTURE_TEST_CASE(a_link_is_replaced_and_never_followed, Incoming) {
  TemporaryFolder elsewhere;
  elsewhere.write("victim", "victim");
  temporary.link("a.txt", elsewhere.path("victim"));
  NewFile file = folder.create();
  file->write_all("new");
  BOOST_TEST(file.publish("a.txt", Existing::replace));
  BOOST_TEST(temporary.read("a.txt") == "new");
  BOOST_TEST(elsewhere.read("victim") == "victim");
  temporary.link(".b.part", elsewhere.path("victim"));
  BOOST_CHECK_THROW(static_cast<void>(folder.resume("b")), std::system_error);
  BOOST_TEST(folder.remove("a.txt"));
  temporary.link("c", elsewhere.path("victim"));
  BOOST_TEST(folder.remove("c"));
  BOOST_TEST(elsewhere.read("victim") == "victim");
}

BOOST_FIXTURE_TEST_CASE(names_stay_in_the_folder, Incoming) {
  for (const std::string name : {"", ".", "..", "a/b", "../a", "/a", ".hidden"}) {
    NewFile file = folder.create();
    BOOST_CHECK_THROW(static_cast<void>(file.publish(name, Existing::replace)),
                      std::invalid_argument);
    BOOST_CHECK_THROW(static_cast<void>(folder.resume(name)), std::invalid_argument);
    BOOST_CHECK_THROW(folder.make_folder(name), std::invalid_argument);
    BOOST_CHECK_THROW(folder.remove(name), std::invalid_argument);
  }
  BOOST_CHECK_THROW(folder.make_folder(std::string_view("a\0b", 3)), std::invalid_argument);
  BOOST_TEST(names() == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_upload_goes_on_where_it_was, Incoming) {
  {
    auto file = folder.resume("big.iso").value();
    BOOST_TEST(file->size() == 0u);
    file->write_all("hel");
    BOOST_TEST(!folder.resume("big.iso").has_value());  // one at a time
  }
  auto file = folder.resume("big.iso").value();
  BOOST_TEST(file->size() == 3u);
  file->pwrite_all("lo", 3);
  BOOST_TEST(file.publish("big.iso", Existing::keep));
  BOOST_TEST(temporary.read("big.iso") == "hello");
  BOOST_TEST(names() == 1u);
  auto another = folder.resume("big.iso").value();
  BOOST_TEST(another->size() == 0u);
  another.discard();
  BOOST_TEST(names() == 1u);
}

BOOST_FIXTURE_TEST_CASE(folders_are_made_and_what_is_empty_is_removed, Incoming) {
  BOOST_TEST(folder.make_folder("sub"));
  BOOST_TEST(!folder.make_folder("sub"));
  temporary.write("sub/a.txt", "a");
  BOOST_CHECK_THROW(folder.remove("sub"), std::system_error);
  BOOST_TEST(FolderWriter::open(directory, "sub")->remove("a.txt"));
  BOOST_TEST(folder.remove("sub"));
  BOOST_TEST(!folder.remove("sub"));
  BOOST_TEST(!FolderWriter::open(directory, "sub").has_value());
}

BOOST_FIXTURE_TEST_CASE(a_file_does_not_take_the_place_of_a_folder, Incoming) {
  folder.make_folder("sub");
  NewFile file = folder.create();
  BOOST_TEST(!file.publish("sub", Existing::keep));
  BOOST_CHECK_THROW(static_cast<void>(file.publish("sub", Existing::replace)), std::system_error);
}

BOOST_FIXTURE_TEST_CASE(what_a_killed_process_has_left_is_removed_when_it_is_old, Incoming) {
  const std::string digits = "0123456789abcdef";
  const std::string parts[] = {".gnet-" + digits + ".part",
                               "sub/.upload-" + digits + digits + ".part"};
  const std::string others[] = {".gnet-new.part", ".mine.part", ".upload-" + digits + ".part",
                                "a.txt", "sub/.hidden/.gnet-" + digits + ".part"};
  for (const std::string& name : parts) temporary.write(name, "half");
  for (const std::string& name : others) temporary.write(name, "half");
  BOOST_TEST(folder.remove_stale(1h) == 0U);
  gnet::sleep(20ms);
  BOOST_TEST(folder.remove_stale(10ms) == 2U);
  for (const std::string& name : parts) BOOST_TEST(!temporary.has(name), name);
  for (const std::string& name : others) BOOST_TEST(temporary.has(name), name);
}

BOOST_FIXTURE_TEST_CASE(what_is_written_just_now_is_not_taken_for_a_remainder, Incoming) {
  const std::string token = "0123456789abcdef0123456789abcdef";
  auto file = folder.resume("upload-" + token);
  BOOST_REQUIRE(file);
  gnet::sleep(20ms);
  BOOST_TEST(folder.remove_stale(10ms) == 0U);
  file.reset();
  BOOST_TEST(folder.remove_stale(10ms) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
