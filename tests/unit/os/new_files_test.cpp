#include "gnet/os/new_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <system_error>

BOOST_AUTO_TEST_SUITE(new_files)

namespace {

struct Folder {
  Folder() : path("/tmp/gnet-test.XXXXXX") { BOOST_TEST_REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }

  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(path + "/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }

  std::string path;
};

std::error_code error_of(const std::vector<gnet::NewFile>& files,
                         gnet::IfThere if_there = gnet::IfThere::refuse) {
  try {
    gnet::create_files(files, if_there);
  } catch (const std::system_error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return error.code();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_CASE(they_have_their_content_and_modes_and_nothing_else_is_left) {
  const Folder folder;
  gnet::create_files(
      {{folder.path + "/a", "A", 0600}, {folder.path + "/b", std::string(1 << 20, 'b')}});
  BOOST_TEST(folder.content("a") == "A");
  BOOST_TEST(folder.content("b").size() == 1 << 20);
  struct stat status {};
  BOOST_TEST_REQUIRE(stat((folder.path + "/a").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0600);
  BOOST_TEST(folder.count() == 2);
}

BOOST_AUTO_TEST_CASE(if_one_is_there_none_is_written) {
  const Folder folder;
  gnet::create_files({{folder.path + "/b", "old"}});
  BOOST_TEST(
      (error_of({{folder.path + "/a", "A"}, {folder.path + "/b", "B"}}) == std::errc::file_exists));
  BOOST_TEST(folder.content("b") == "old");
  BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(those_that_are_to_be_replaced_are_and_links_are_not_followed) {
  const Folder folder;
  gnet::create_files({{folder.path + "/target", "old"}});
  BOOST_TEST_REQUIRE(symlink("target", (folder.path + "/link").c_str()) == 0);
  BOOST_TEST((error_of({{folder.path + "/link", "new"}}) == std::errc::file_exists));
  BOOST_TEST(!error_of({{folder.path + "/link", "new"}}, gnet::IfThere::replace));
  BOOST_TEST(folder.content("target") == "old");
  BOOST_TEST(folder.content("link") == "new");
  BOOST_TEST(folder.count() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_not_replaced) {
  const Folder folder;
  BOOST_TEST_REQUIRE(mkfifo((folder.path + "/pipe").c_str(), 0600) == 0);
  BOOST_TEST((error_of({{folder.path + "/pipe", "new"}}, gnet::IfThere::replace) ==
              std::errc::not_supported));
  BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_missing_leaves_nothing_behind) {
  const Folder folder;
  BOOST_TEST((error_of({{folder.path + "/a", "A"}, {folder.path + "/none/b", "B"}}) ==
              std::errc::no_such_file_or_directory));
  BOOST_TEST(folder.count() == 0);
  using namespace std::string_literals;
  BOOST_TEST((error_of({{"a\0b"s, "A"}}) == std::errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(folders_are_made_with_all_above_them) {
  const Folder folder;
  gnet::create_folders(folder.path + "/x/y/z", 0700);
  gnet::create_folders(folder.path + "/x/y/z/");
  BOOST_TEST(std::filesystem::is_directory(folder.path + "/x/y/z"));
  gnet::create_files({{folder.path + "/file", ""}});
  BOOST_CHECK_THROW(gnet::create_folders(folder.path + "/file/x"), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
