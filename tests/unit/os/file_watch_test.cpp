#include "gnet/os/file_watch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(file_watch)

using namespace std::chrono_literals;
using gnet::FileWatch;

namespace {

struct Folder {
  Folder() {
    std::string name = "/tmp/gnet-file-watch.XXXXXX";
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }

  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path + "/" + name) << text;
    return path + "/" + name;
  }

  std::string path;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_that_is_written_has_changed_once) {
  const Folder folder;
  const std::string file = folder.write("a", "1");
  FileWatch watch({file});
  BOOST_TEST(!watch.wait(10ms));
  static_cast<void>(folder.write("a", "22"));
  BOOST_TEST(watch.wait(5s));
  BOOST_TEST(!watch.wait(10ms));
}

BOOST_AUTO_TEST_CASE(a_fiber_that_waits_is_woken) {
  const Folder folder;
  const std::string file = folder.write("a", "1");
  FileWatch watch({file});
  auto waiter = gnet::spawn([&] { return watch.wait(5s); });
  gnet::yield();
  static_cast<void>(folder.write("a", "22"));
  BOOST_TEST(std::move(waiter).get());
}

BOOST_AUTO_TEST_CASE(a_file_in_its_place_is_a_change) {
  const Folder folder;
  const std::string file = folder.write("a", "1");
  FileWatch watch({file});
  std::filesystem::rename(folder.write("b", "2"), file);
  BOOST_TEST(watch.wait(5s));
}

BOOST_AUTO_TEST_CASE(to_go_and_to_come_are_changes) {
  const Folder folder;
  const std::string file = folder.write("a", "1");
  FileWatch watch({file});
  std::filesystem::remove(file);
  BOOST_TEST(watch.wait(5s));
  static_cast<void>(folder.write("a", "1"));
  BOOST_TEST(watch.wait(5s));
}

BOOST_AUTO_TEST_CASE(a_neighbour_is_none) {
  const Folder folder;
  const std::string file = folder.write("a", "1");
  FileWatch watch({file});
  static_cast<void>(folder.write("b", "2"));
  BOOST_TEST(!watch.wait(20ms));
}

// As orchestrators replace what they mount.
BOOST_AUTO_TEST_CASE(a_link_that_leads_elsewhere_is_a_change) {
  const Folder folder;
  std::filesystem::create_directory(folder.path + "/one");
  std::filesystem::create_directory(folder.path + "/two");
  static_cast<void>(folder.write("one/a", "1"));
  static_cast<void>(folder.write("two/a", "2"));
  std::filesystem::create_symlink("one", folder.path + "/data");
  std::filesystem::create_symlink("data/a", folder.path + "/a");
  FileWatch watch({folder.path + "/a"});
  std::filesystem::create_symlink("two", folder.path + "/next");
  std::filesystem::rename(folder.path + "/next", folder.path + "/data");
  BOOST_TEST(watch.wait(5s));
  static_cast<void>(folder.write("two/a", "33"));
  BOOST_TEST(watch.wait(5s));
}

BOOST_AUTO_TEST_CASE(a_folder_may_go_and_come_back) {
  const Folder folder;
  const std::string inner = folder.path + "/inner";
  std::filesystem::create_directory(inner);
  const std::string file = folder.write("inner/a", "1");
  FileWatch watch({file});
  std::filesystem::rename(inner, folder.path + "/away");
  BOOST_TEST(watch.wait(5s));
  auto waiter = gnet::spawn([&] { return watch.wait(20s); });
  gnet::yield();
  std::filesystem::rename(folder.path + "/away", inner);
  BOOST_TEST(std::move(waiter).get());
  static_cast<void>(folder.write("inner/a", "22"));
  BOOST_TEST(watch.wait(5s));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_an_error) {
  BOOST_CHECK_THROW(FileWatch({"/nowhere/at/all"}), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
