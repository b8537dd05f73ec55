#include "gnet/web/file_cache.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "tests/unit/eventually.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(file_cache)

using namespace std::chrono_literals;
using gnet::web::Absence;
using gnet::web::Directory;
using gnet::web::detail::FileCache;

namespace {

struct Site {
  Site() { folder.write("a.txt", "hello"); }

  // What is in it now, as a request that comes again would have it.
  std::string read(const FileCache& cache, const std::string& path) const {
    Absence why{};
    const auto file = cache.open(path, &why);
    if (!file) return why == Absence::denied ? "(denied)" : "(missing)";
    if (const std::string* const content = cache.content(*file)) return *content;
    std::string text(file->size(), '\0');
    text.resize(static_cast<std::size_t>(pread(file->fd.get(), text.data(), text.size(), 0)));
    return text;
  }

  TemporaryFolder folder;
  Directory directory{folder.path()};
  FileCache cache{directory};
  // For those who do not wait for the next second.
  FileCache brief{directory, {.age = 50ms}};
};

// A test may take longer than a file is known.
template <typename F>
bool once(F&& happens) {
  for (int i = 0; i < 20; ++i) {
    if (happens()) return true;
  }
  return false;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_file_that_is_asked_for_again_is_open_still, Site) {
  BOOST_TEST(once([&] { return cache.open("a.txt", nullptr) == cache.open("a.txt", nullptr); }));
  Absence why = Absence::denied;
  BOOST_TEST(cache.open("a.txt", &why) != nullptr);
  BOOST_TEST((why == Absence::none));
}

BOOST_FIXTURE_TEST_CASE(what_happens_to_a_file_shows_at_once, Site) {
  for (int i = 0; i < 3; ++i) BOOST_TEST(read(cache, "a.txt") == "hello");
  folder.write("a.txt", "longer than it was");
  BOOST_TEST(read(cache, "a.txt") == "longer than it was");
  folder.write("new.txt", "replaced");
  std::filesystem::rename(folder.path("new.txt"), folder.path("a.txt"));
  BOOST_TEST(read(cache, "a.txt") == "replaced");
  std::filesystem::rename(folder.path("a.txt"), folder.path("b.txt"));
  BOOST_TEST(read(cache, "a.txt") == "(missing)");
  BOOST_TEST(read(cache, "b.txt") == "replaced");
  std::filesystem::remove(folder.path("b.txt"));
  BOOST_TEST(read(cache, "b.txt") == "(missing)");
  folder.write("b.txt", "there again");
  BOOST_TEST(read(cache, "b.txt") == "there again");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_may_not_be_read_any_more_is_not, Site) {
  if (geteuid() == 0) return;
  BOOST_TEST(read(cache, "a.txt") == "hello");
  chmod(folder.path("a.txt").c_str(), 0);
  BOOST_TEST(read(cache, "a.txt") == "(denied)");
}

BOOST_FIXTURE_TEST_CASE(what_happens_above_a_file_shows_soon, Site) {
  folder.write("one/a.txt", "first");
  folder.write("two/a.txt", "second");
  folder.link("docs", "one");
  BOOST_TEST(read(brief, "docs/a.txt") == "first");
  std::filesystem::remove(folder.path("docs"));
  folder.link("docs", "two");
  BOOST_TEST(test::eventually([&] { return read(brief, "docs/a.txt") == "second"; }));
  std::filesystem::rename(folder.path("two"), folder.path("three"));
  BOOST_TEST(test::eventually([&] { return read(brief, "docs/a.txt") == "(missing)"; }));
}

BOOST_FIXTURE_TEST_CASE(everything_is_looked_up_anew_when_that_is_wanted, Site) {
  folder.write("one/a.txt", "first");
  folder.write("two/a.txt", "second");
  folder.link("docs", "one");
  BOOST_TEST(read(cache, "docs/a.txt") == "first");
  std::filesystem::remove(folder.path("docs"));
  folder.link("docs", "two");
  cache.clear();
  BOOST_TEST(read(cache, "docs/a.txt") == "second");
}

// Of the same size, and by turns, so that nothing but the time of a change tells one from another.
BOOST_FIXTURE_TEST_CASE(what_is_in_memory_is_what_is_in_the_file, Site) {
  for (int i = 0; i < 300; ++i) {
    const std::string text = "text " + std::to_string(1000 + i);
    folder.write("a.txt", text);
    for (int k = 0; k < 4; ++k) BOOST_REQUIRE(read(cache, "a.txt") == text);
    if (i % 100 == 0) {
      gnet::sleep(40ms);
      for (int k = 0; k < 4; ++k) BOOST_REQUIRE(read(cache, "a.txt") == text);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_small_file_is_kept_in_memory_when_it_has_not_changed_just_now, Site) {
  gnet::sleep(40ms);
  const auto is_kept = [&](const FileCache& of, const char* path) {
    static_cast<void>(of.open(path, nullptr));
    const auto file = of.open(path, nullptr);
    return of.content(*file) != nullptr && of.content(*file) == of.content(*file);
  };
  BOOST_TEST(once([&] { return is_kept(cache, "a.txt"); }));
  folder.write("a.txt", "hello again");
  folder.write("large.txt", std::string(100'000, 'x'));
  folder.write("empty.txt", "");
  const auto fresh = cache.open("a.txt", nullptr);
  BOOST_TEST(cache.content(*fresh) == nullptr);  // it was never asked for again
  gnet::sleep(40ms);
  BOOST_TEST(!is_kept(cache, "large.txt"));
  BOOST_TEST(!is_kept(cache, "empty.txt"));
}

BOOST_FIXTURE_TEST_CASE(folders_and_what_is_not_there_are_not_remembered, Site) {
  BOOST_TEST(read(cache, "new.txt") == "(missing)");
  folder.write("new.txt", "new");
  BOOST_TEST(read(cache, "new.txt") == "new");
  BOOST_REQUIRE(cache.open(".", nullptr) != nullptr);
  BOOST_TEST(cache.open(".", nullptr)->is_folder());
  BOOST_TEST(cache.open(".", nullptr) != cache.open(".", nullptr));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_left_of_an_idle_server, Site) {
  BOOST_REQUIRE(test::eventually([] { return FileCache::open_files() == 0; }));
  for (int i = 0; i < 10; ++i) folder.write(std::to_string(i), "x");
  for (int i = 0; i < 10; ++i) BOOST_TEST(read(brief, std::to_string(i)) == "x");
  BOOST_TEST(FileCache::open_files() > 0U);
  BOOST_TEST(test::eventually([] { return FileCache::open_files() == 0; }));
}

BOOST_FIXTURE_TEST_CASE(no_more_files_are_open_than_there_is_room_for, Site) {
  rlimit limit{};
  BOOST_REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit few{128, limit.rlim_max};
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  for (int i = 0; i < 100; ++i) folder.write(std::to_string(i), std::to_string(i));
  std::size_t most = 0;
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST(read(cache, std::to_string(i)) == std::to_string(i));
    most = std::max(most, FileCache::open_files());
  }
  BOOST_TEST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  BOOST_TEST(most <= 128U / 8);
  BOOST_TEST(most > 0U);
}

BOOST_FIXTURE_TEST_CASE(files_are_given_up_where_a_descriptor_is_wanted, Site) {
  folder.write("b.txt", "other");
  rlimit limit{};
  BOOST_REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  BOOST_TEST(once([&] {
    read(cache, "a.txt");
    // The descriptors up to that of a.txt are taken then, or this takes them.
    std::vector<gnet::UniqueFd> taken;
    const rlimit few{64, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    for (int fd = 0; (fd = dup(STDERR_FILENO)) >= 0;) taken.emplace_back(fd);
    std::string text;
    try {
      text = read(cache, "b.txt");
    } catch (const std::system_error&) {
      text = "(no descriptor)";
    }
    setrlimit(RLIMIT_NOFILE, &limit);
    return text == "other";
  }));
}

BOOST_FIXTURE_TEST_CASE(each_thread_has_files_of_its_own, Site) {
  const auto here = cache.open("a.txt", nullptr);
  std::thread([&] {
    const auto there = cache.open("a.txt", nullptr);
    BOOST_TEST(there != nullptr);
    BOOST_TEST(there != here);
  }).join();
}

BOOST_AUTO_TEST_SUITE_END()
