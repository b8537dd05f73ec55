#include "gnet/web/directory.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include "gnet/web/open_beneath.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(directory)

using gnet::web::Absence;
using gnet::web::Directory;
using gnet::web::Links;

namespace {

std::string text_of(int fd) {
  std::string text(100, '\0');
  const ssize_t size = pread(fd, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

// What the file says; otherwise why it does not.
std::string read(const Directory& directory, std::string_view path) {
  Absence why = Absence::none;
  const auto file = directory.open(path, &why);
  if (!file) return why == Absence::denied ? "(denied)" : "(missing)";
  return file->is_folder() ? "(folder)" : text_of(file->fd.get());
}

// A site with a secret beside it.
struct Site {
  Site() {
    folder.write("secret.txt", "secret");
    folder.write("site/index.html", "index");
    folder.write("site/docs/a.txt", "a");
    folder.write("site/.git/config", "config");
    folder.write("site/.htaccess", "access");
    folder.link("site/inside", "docs/a.txt");
    folder.link("site/docs/up", "../index.html");
    folder.link("site/folder", "docs");
    folder.link("site/absolute", folder.path("site/docs/a.txt"));
    folder.link("site/outside", "../secret.txt");
    folder.link("site/outside-absolute", folder.path("secret.txt"));
    folder.link("site/parent", "..");
    folder.link("site/loop", "loop");
    folder.link("site/nowhere", "nothing");
    folder.link("site/magic", "/proc/self/root/etc/passwd");
  }
  Directory with(Links links, bool hidden = false) const {
    return Directory(folder.path("site"), {links, hidden});
  }
  TemporaryFolder folder;
};

const std::string_view kOutside[] = {"outside", "outside-absolute", "parent/secret.txt",
                                     "folder/../../secret.txt", "magic"};

}  // namespace

BOOST_FIXTURE_TEST_CASE(files_and_folders_are_found, Site) {
  const Directory site = with(Links::inside);
  BOOST_TEST(read(site, "index.html") == "index");
  BOOST_TEST(read(site, "docs/a.txt") == "a");
  BOOST_TEST(read(site, "docs") == "(folder)");
  BOOST_TEST(read(site, ".") == "(folder)");
  BOOST_TEST(read(site, "nothing") == "(missing)");
  BOOST_TEST(read(site, "index.html/a") == "(missing)");
  BOOST_TEST(site.open("docs/a.txt")->size() == 1u);
  BOOST_TEST(site.status("docs/a.txt")->st_size == 1);
  BOOST_TEST(!site.status("nothing"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_none_is_an_error) {
  const TemporaryFolder folder;
  folder.write("file", "");
  BOOST_CHECK_THROW(Directory{folder.path("nothing")}, std::system_error);
  BOOST_CHECK_THROW(Directory{folder.path("file")}, std::system_error);
  BOOST_CHECK_THROW(Directory{std::string("/tmp\0x", 6)}, std::system_error);
}

BOOST_FIXTURE_TEST_CASE(paths_that_leave_the_folder_are_not_there, Site) {
  for (const Links links : {Links::no, Links::inside, Links::all}) {
    const Directory site = with(links, true);
    for (const std::string path :
         {"../secret.txt", "docs/../../secret.txt", "/etc/passwd", "", "..", "docs/..",
          "docs//a.txt", "docs/./a.txt", "./index.html", "docs/"}) {
      BOOST_TEST(read(site, path) == "(missing)", path);
    }
    BOOST_TEST(read(site, std::string_view("index.html\0.txt", 15)) == "(missing)");
    BOOST_TEST(read(site, std::string(5000, 'a')) == "(missing)");
  }
}

BOOST_FIXTURE_TEST_CASE(links_are_followed_as_far_as_is_wanted, Site) {
  for (const std::string path : {"inside", "docs/up", "folder/a.txt", "absolute"}) {
    BOOST_TEST(read(with(Links::no), path) == "(missing)", path);
    BOOST_TEST(read(with(Links::inside), path) == (path == "docs/up" ? "index" : "a"), path);
    BOOST_TEST(read(with(Links::all), path) == (path == "docs/up" ? "index" : "a"), path);
  }
  for (const std::string_view path : kOutside) {
    BOOST_TEST(read(with(Links::no), path) == "(missing)", path);
    BOOST_TEST(read(with(Links::inside), path) == "(missing)", path);
  }
  BOOST_TEST(read(with(Links::all), "outside") == "secret");
  BOOST_TEST(read(with(Links::all), "parent/secret.txt") == "secret");
  for (const std::string path : {"loop", "nowhere"}) {
    BOOST_TEST(read(with(Links::inside), path) == "(missing)", path);
    BOOST_TEST(read(with(Links::all), path) == "(missing)", path);
  }
}

BOOST_FIXTURE_TEST_CASE(hidden_names_are_not_there_unless_they_are_wanted, Site) {
  for (const std::string path : {".htaccess", ".git", ".git/config", ".git/nothing", ".nothing"}) {
    BOOST_TEST(read(with(Links::inside), path) == "(missing)", path);
  }
  BOOST_TEST(read(with(Links::inside, true), ".htaccess") == "access");
  BOOST_TEST(read(with(Links::inside, true), ".git/config") == "config");
}

BOOST_FIXTURE_TEST_CASE(what_may_not_be_read_is_denied_and_hidden_things_say_nothing, Site) {
  BOOST_REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  BOOST_REQUIRE(chmod(folder.path("site/index.html").c_str(), 0) == 0);
  BOOST_REQUIRE(chmod(folder.path("site/.git/config").c_str(), 0) == 0);
  const Directory site = with(Links::inside);
  const uid_t self = geteuid();
  if (self == 0) BOOST_REQUIRE(seteuid(65534) == 0);  // root may read everything
  const std::string open = read(site, "index.html"), hidden = read(site, ".git/config");
  BOOST_REQUIRE(seteuid(self) == 0);
  BOOST_TEST(open == "(denied)");
  BOOST_TEST(hidden == "(missing)");
}

BOOST_FIXTURE_TEST_CASE(pipes_devices_and_sockets_are_no_files, Site) {
  BOOST_REQUIRE(mkfifo(folder.path("site/pipe").c_str(), 0666) == 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder.path("site/socket");
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const gnet::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_REQUIRE(bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  for (const std::string name : {"pipe", "socket"}) {
    BOOST_TEST(read(with(Links::inside), name) == "(missing)", name);
    BOOST_TEST(read(with(Links::no), name) == "(missing)", name);
    BOOST_TEST(!with(Links::inside).status(name), name);
  }
  BOOST_TEST(read(Directory("/dev", {Links::all}), "null") == "(missing)");
  BOOST_TEST(read(Directory("/dev", {Links::all}), "tty") == "(missing)");
}

BOOST_FIXTURE_TEST_CASE(names_may_have_any_bytes, Site) {
  for (const std::string name :
       {"line\nbreak", "\"quote\"", "caf\xe9", "a b", "100%", "back\\slash"}) {
    folder.write("site/" + name, name);
    BOOST_TEST(read(with(Links::no), name) == name);
    BOOST_TEST(read(with(Links::inside), name) == name);
  }
}

BOOST_FIXTURE_TEST_CASE(without_openat2_the_answers_are_the_same, Site) {
  const gnet::UniqueFd root(open(folder.path("site").c_str(), O_PATH | O_CLOEXEC));
  const auto both = [&](const std::string& path, Links links) {
    const auto text = [](const gnet::UniqueFd& fd) { return fd ? text_of(fd.get()) : "(missing)"; };
    const auto by_kernel = gnet::web::detail::open_beneath(root.get(), path, O_RDONLY, links);
    const auto by_hand = gnet::web::detail::open_by_components(root.get(), path, O_RDONLY, links);
    BOOST_TEST(text(by_kernel) == text(by_hand), path);
    return text(by_hand);
  };
  for (const std::string path : {"index.html", "docs/a.txt", "docs", ".", "nothing", "inside",
                                 "docs/up", "folder/a.txt", "absolute", "loop", "nowhere"}) {
    both(path, Links::no);
    both(path, Links::inside);
  }
  BOOST_TEST(both("absolute", Links::inside) == "a");
  BOOST_TEST(both("folder/a.txt", Links::no) == "(missing)");
  for (const std::string_view path : {"outside", "outside-absolute", "parent/secret.txt"}) {
    BOOST_TEST(both(std::string(path), Links::no) == "(missing)");
    BOOST_TEST(both(std::string(path), Links::inside) == "(missing)");
  }
}

// Somebody changes a folder for a link to the outside, over and over, while it is read.
BOOST_FIXTURE_TEST_CASE(what_is_exchanged_during_a_request_leads_nowhere_else, Site) {
  const gnet::UniqueFd root(open(folder.path("site").c_str(), O_PATH | O_CLOEXEC));
  folder.write("elsewhere/a.txt", "secret");
  folder.link("site/trap", folder.path("elsewhere"));
  std::atomic<bool> over = false;
  std::thread attacker([&] {
    const std::string docs = folder.path("site/docs"), trap = folder.path("site/trap");
    while (!over) renameat2(AT_FDCWD, docs.c_str(), AT_FDCWD, trap.c_str(), RENAME_EXCHANGE);
  });
  int found = 0;
  // Under valgrind each step waits for the other thread: so many would take a quarter of an hour.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  for (int i = 0; i < 20'000 && std::chrono::steady_clock::now() < end; ++i) {
    for (const Links links : {Links::no, Links::inside}) {
      const auto kernel =
          gnet::web::detail::open_beneath(root.get(), "docs/a.txt", O_RDONLY, links);
      const auto hand =
          gnet::web::detail::open_by_components(root.get(), "docs/a.txt", O_RDONLY, links);
      for (const auto* fd : {&kernel, &hand}) {
        if (!*fd) continue;
        BOOST_REQUIRE(text_of(fd->get()) == "a");
        ++found;
      }
    }
  }
  over = true;
  attacker.join();
  BOOST_TEST(found > 0);
}

BOOST_AUTO_TEST_SUITE_END()
