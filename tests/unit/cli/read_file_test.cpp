#include "cli/line/read_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "cli/out/failure.h"
#include "gnet/base/unique_fd.h"

BOOST_AUTO_TEST_SUITE(read_file)

namespace {

struct TemporaryFile {
  TemporaryFile() : fd(mkstemp(path.data())) { BOOST_REQUIRE(fd); }
  ~TemporaryFile() { unlink(path.c_str()); }

  std::string path = "/tmp/gnet-read-file.XXXXXX";
  gnet::UniqueFd fd;
};

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_the_whole_text) {
  const TemporaryFile file;
  const std::string text(200'000, 'x');
  std::ofstream(file.path) << text;
  BOOST_TEST((cli::read_file(file.path) == text));
  BOOST_TEST(!cli::read_file("/proc/self/status").empty());
  BOOST_CHECK_THROW(static_cast<void>(cli::read_file("/tmp")), cli::Failure);
  BOOST_CHECK_THROW(static_cast<void>(cli::read_file("/nowhere")), cli::Failure);
  BOOST_CHECK_THROW(static_cast<void>(cli::read_file("/dev/zero")), cli::Failure);
}

// It is changed all the time: sooner or later that is seen each time that it is tried.
BOOST_AUTO_TEST_CASE(what_changes_all_the_time_is_not_taken_for_a_text) {
  const TemporaryFile file;
  std::ofstream(file.path) << std::string(8 << 20, 'a');
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (long second = 1; !done; ++second) {
      const timespec times[2] = {{second, 0}, {second, 0}};
      futimens(file.fd.get(), times);
    }
  });
  std::string problem;
  while (problem.empty()) {
    try {
      static_cast<void>(cli::read_file(file.path));
    } catch (const cli::Failure& failure) {
      problem = failure.what();
    }
  }
  done = true;
  writer.join();
  BOOST_TEST(problem.ends_with("it changes while it is read"));
}

BOOST_AUTO_TEST_SUITE_END()
