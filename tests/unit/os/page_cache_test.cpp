#include "gnet/os/page_cache.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <string>
#include <system_error>

#include "gnet/base/unique_fd.h"
#include "gnet/os/thread_pool.h"

BOOST_AUTO_TEST_SUITE(page_cache)

namespace {

// A file without a name that has this in it.
gnet::UniqueFd file_with(const std::string& text, const char* folder) {
  gnet::UniqueFd fd(open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd) return fd;
  BOOST_REQUIRE(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return fd;
}

std::string part_of(int fd, std::size_t size, off_t offset) {
  std::string text(size, '\0');
  text.resize(gnet::detail::read_cached(fd, text.data(), size, offset));
  return text;
}

}  // namespace

// The second is a file system that may not be able to say what it has in memory.
BOOST_AUTO_TEST_CASE(a_part_of_a_file_is_read_wherever_it_is) {
  for (const char* folder : {"/tmp", "/dev/shm"}) {
    const gnet::UniqueFd fd = file_with("0123456789", folder);
    if (!fd) continue;
    BOOST_TEST(part_of(fd.get(), 3, 2) == "234");
    BOOST_TEST(part_of(fd.get(), 100, 8) == "89");
    BOOST_TEST(part_of(fd.get(), 1, 10) == "");
    BOOST_TEST(part_of(fd.get(), 0, 0) == "");
    gnet::detail::read_ahead(fd.get(), 0, 10);
    gnet::detail::read_ahead(fd.get(), 5, 1000);  // beyond the end
    gnet::detail::read_ahead(fd.get(), 0, 0);
  }
}

BOOST_AUTO_TEST_CASE(what_is_on_the_disk_only_is_fetched_by_a_thread) {
  const std::string text(1'000'000, 'x');
  const gnet::UniqueFd fd = file_with(text, "/var/tmp");
  BOOST_REQUIRE(fd);
  BOOST_REQUIRE(fsync(fd.get()) == 0);
  BOOST_REQUIRE(posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED) == 0);
  BOOST_TEST(part_of(fd.get(), 10, 500'000) == "xxxxxxxxxx");
  BOOST_REQUIRE(posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED) == 0);
  gnet::detail::read_ahead(fd.get(), 0, gnet::detail::kReadAhead);
  BOOST_TEST(part_of(fd.get(), 10, 0) == "xxxxxxxxxx");
}

BOOST_AUTO_TEST_CASE(errors_are_told) {
  char byte = 0;
  BOOST_CHECK_THROW(gnet::detail::read_cached(-1, &byte, 1, 0), std::system_error);
  BOOST_CHECK_THROW(gnet::detail::read_ahead(-1, 0, 1), std::system_error);
  const gnet::UniqueFd folder(open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  BOOST_CHECK_EXCEPTION(
      gnet::detail::read_cached(folder.get(), &byte, 1, 0), std::system_error,
      [](const auto& error) { return error.code() == std::errc::is_a_directory; });
}

// Its beginning is not looked at.
BOOST_AUTO_TEST_CASE(a_part_that_goes_on_is_fetched_as_well) {
  const gnet::UniqueFd fd = file_with(std::string(1'000'000, 'x'), "/var/tmp");
  BOOST_REQUIRE(fd);
  BOOST_REQUIRE(fsync(fd.get()) == 0);
  BOOST_REQUIRE(posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED) == 0);
  gnet::detail::read_ahead(fd.get(), 262'144, gnet::detail::kReadAhead, true);
  char byte = 0;
  const iovec part{&byte, 1};
  BOOST_TEST(preadv2(fd.get(), &part, 1, 524'287, RWF_NOWAIT) == 1);
  BOOST_TEST(preadv2(fd.get(), &part, 1, 262'144, RWF_NOWAIT) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
