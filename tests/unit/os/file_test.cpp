#include "gnet/os/file.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/io/buffered.h"
#include "tests/unit/eventually.h"

BOOST_AUTO_TEST_SUITE(file)

using namespace std::chrono_literals;
using gnet::File;

namespace {

// A name for a file that goes with the test.
struct Path {
  Path() {
    char name[] = "/tmp/gnet-file-XXXXXX";
    gnet::UniqueFd(mkostemp(name, O_CLOEXEC));
    path = name;
  }
  ~Path() { unlink(path.c_str()); }
  std::string path;
};

struct Streams {
  Streams() {
    int ends[2];
    BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    here = gnet::Stream(gnet::UniqueFd(ends[0]));
    there = gnet::Stream(gnet::UniqueFd(ends[1]));
  }
  gnet::Stream here;
  gnet::Stream there;
};

std::string receive_all(gnet::Stream& stream) {
  gnet::BufferedReader reader(stream);
  return reader.read_all(10s);
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read) {
  const Path path;
  File file = File::open(path.path, O_RDWR);
  file.write_all("hello world");
  BOOST_TEST(file.seek(6) == 6u);
  BOOST_TEST(file.read_all() == "world");
  char bytes[5];
  BOOST_TEST(file.pread(bytes, 5, 0) == 5u);
  BOOST_TEST(std::string(bytes, 5) == "hello");
  file.pwrite_all("HELL", 0);
  BOOST_TEST(file.size() == 11u);
  file.truncate(5);
  file.sync();
  file.seek(0);
  BOOST_TEST(file.read(bytes, 5) == 5u);
  BOOST_TEST(std::string(bytes, 5) == "HELLo");
  BOOST_TEST(file.read(bytes, 5) == 0u);
  BOOST_TEST(S_ISREG(file.status().st_mode));
  file.close();
  BOOST_TEST(!file.is_open());
  BOOST_CHECK_THROW(file.read(bytes, 5), std::system_error);
  file.close();
}

BOOST_AUTO_TEST_CASE(whole_files_in_one_call) {
  const Path path;
  const std::string much(3'000'000, 'x');
  gnet::write_file(path.path, much);
  BOOST_TEST((gnet::read_file(path.path) == much));
  gnet::write_file(path.path, "short");
  BOOST_TEST(gnet::read_file(path.path) == "short");
}

BOOST_AUTO_TEST_CASE(errors_name_the_file) {
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(File::open("/nowhere/x")), std::system_error, [](const auto& error) {
        return std::string(error.what()) == "cannot open '/nowhere/x': no such file or directory";
      });
  File directory = File::open("/");
  char byte;
  BOOST_CHECK_THROW(directory.read(&byte, 1), std::system_error);
  BOOST_CHECK_THROW(directory.seek(-1), std::system_error);
  File nothing;
  BOOST_CHECK_THROW(nothing.read_all(), std::system_error);
}

BOOST_AUTO_TEST_CASE(operations_of_several_fibers_happen_in_order) {
  const Path path;
  File file = File::open(path.path, O_RDWR | O_APPEND);
  std::vector<gnet::Fiber<>> fibers;
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    fibers.push_back(gnet::spawn([&file, i] { file.write_all(std::to_string(i) + ","); }));
    expected += std::to_string(i) + ",";
  }
  gnet::joinall(fibers);
  file.seek(0);
  BOOST_TEST(file.read_all() == expected);
}

BOOST_AUTO_TEST_CASE(lines_can_be_read_from_a_file) {
  File passwd = File::open("/etc/passwd");
  gnet::BufferedReader reader(passwd);
  BOOST_TEST(reader.read_line().value().starts_with("root:"));
}

BOOST_AUTO_TEST_CASE(a_fiber_killed_in_the_middle_leaves_the_file_in_order) {
  const Path path;
  File file = File::open(path.path, O_RDWR);
  for (int i = 0; i < 20; ++i) {
    auto victim = gnet::spawn([&] { file.write_all(std::string(100'000, 'x')); });
    gnet::yield();
    victim.kill();
  }
  file.truncate(0);
  file.seek(0);
  file.write_all("fine");
  file.close();
  BOOST_TEST(gnet::read_file(path.path) == "fine");
}

BOOST_AUTO_TEST_CASE(what_waits_behind_a_close_finds_the_file_closed) {
  const Path path;
  File file = File::open(path.path, O_RDWR);
  std::vector<gnet::Fiber<>> fibers;
  fibers.push_back(gnet::spawn([&] { file.write_all("first"); }));
  fibers.push_back(gnet::spawn([&] { file.close(); }));
  fibers.push_back(gnet::spawn([&] {
    BOOST_CHECK_EXCEPTION(file.write_all("last"), std::system_error, [](const auto& error) {
      return error.code() == std::errc::bad_file_descriptor;
    });
  }));
  gnet::joinall(fibers);
  BOOST_TEST(gnet::read_file(path.path) == "first");
}

BOOST_AUTO_TEST_CASE(a_close_that_is_interrupted_leaves_its_turn_to_the_next) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const gnet::UniqueFd writer(ends[1]);
  File file{gnet::UniqueFd(ends[0])};  // a read of it blocks its thread
  auto reader = gnet::spawn([&] { file.read_all(); });
  auto close = gnet::spawn([&] { file.close(); });
  auto next = gnet::spawn([&] { file.close(); });
  BOOST_REQUIRE(test::eventually([] { return gnet::default_thread_pool().unfinished() == 1; }));
  reader.kill();
  BOOST_REQUIRE(test::eventually([&] { return !file.is_open(); }));
  close.kill();
  BOOST_TEST(next.join(10s));
}

BOOST_AUTO_TEST_CASE(what_names_an_offset_never_reads_the_file_that_was_opened_next) {
  const Path mine, foreign;
  gnet::write_file(mine.path, std::string(1'000'000, 'm'));
  gnet::write_file(foreign.path, std::string(1'000'000, 'f'));
  int wrong = 0;
  for (int round = 0; round < 200; ++round) {
    File file = File::open(mine.path);
    std::vector<gnet::Fiber<>> readers;
    for (int i = 0; i < 4; ++i) {
      readers.push_back(gnet::spawn([&] {
        std::string data(1'000'000, '\0');
        try {
          file.pread(data.data(), data.size(), 0);
        } catch (const std::system_error&) {  // quicker than the close, or not
        }
        if (data[0] == 'f') ++wrong;
      }));
    }
    gnet::sleep(std::chrono::microseconds(5 * round));
    file.close();
    const gnet::UniqueFd next(::open(foreign.path.c_str(), O_RDONLY | O_CLOEXEC));
    gnet::joinall(readers);
  }
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(sendfile_sends_a_part_of_a_file) {
  const Path path;
  std::string content;
  for (int i = 0; content.size() < 2'000'000; ++i) content += std::to_string(i);
  gnet::write_file(path.path, content);
  const File file = File::open(path.path);
  Streams streams;
  auto reader = gnet::spawn([&] { return receive_all(streams.there); });
  BOOST_TEST(gnet::sendfile(streams.here, file, 10, 1'500'000, 10s) == 1'500'000u);
  streams.here.close();
  BOOST_TEST((reader.get() == content.substr(10, 1'500'000)));
}

BOOST_AUTO_TEST_CASE(sendfile_ends_with_the_file) {
  const Path path;
  gnet::write_file(path.path, "0123456789");
  const File file = File::open(path.path);
  Streams streams;
  BOOST_TEST(gnet::sendfile(streams.here, file, 5, 100) == 5u);
  BOOST_TEST(gnet::sendfile(streams.here, file, 50, 100) == 0u);
  streams.here.close();
  BOOST_TEST(receive_all(streams.there) == "56789");
}

BOOST_AUTO_TEST_CASE(sendfile_gives_up_at_its_deadline_and_where_nobody_reads) {
  const Path path;
  gnet::write_file(path.path, std::string(5'000'000, 'x'));
  const File file = File::open(path.path);
  Streams streams;
  BOOST_CHECK_EXCEPTION(gnet::sendfile(streams.here, file, 0, 5'000'000, 20ms), std::system_error,
                        [](const auto& error) { return error.code() == std::errc::timed_out; });
  streams.there.close();
  BOOST_CHECK_EXCEPTION(gnet::sendfile(streams.here, file, 0, 5'000'000, 5s), std::system_error,
                        [](const auto& error) { return error.code() == std::errc::broken_pipe; });
}

BOOST_AUTO_TEST_CASE(what_waits_for_somebody_else_is_no_file) {
  using namespace std::string_literals;
  const Path path;
  const std::string fifo = path.path + ".fifo";
  BOOST_REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const auto refused = [](const std::string& text) {
    return [text](const std::system_error& error) {
      BOOST_TEST(std::string(error.what()) == text);
      return error.code() == std::errc::invalid_argument;
    };
  };
  const std::string a_pipe = "cannot open '" + fifo + "': a pipe is no file";
  // More of them than there are threads; and the pool has work to do after all.
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 12; ++i) {
    fibers.push_back(gnet::spawn([&] {
      BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::read_file(fifo)), std::system_error,
                            refused(a_pipe));
      BOOST_CHECK_EXCEPTION(gnet::write_file(fifo, "x"), std::system_error, refused(a_pipe));
    }));
  }
  BOOST_TEST(gnet::joinall(fibers, {.deadline = 10s}).size() == 12u);
  BOOST_CHECK_EXCEPTION(static_cast<void>(File::open(fifo, O_RDWR)), std::system_error,
                        refused(a_pipe));
  unlink(fifo.c_str());
  gnet::write_file(path.path, "still here");
  BOOST_TEST(gnet::read_file(path.path) == "still here");
  BOOST_CHECK_EXCEPTION(static_cast<void>(File::open("a\0b"s)), std::system_error,
                        refused("cannot open 'a\\x00b': its name holds a NUL byte"));
}

BOOST_AUTO_TEST_CASE(devices_and_folders_are_opened) {
  gnet::write_file("/dev/null", "x");
  BOOST_TEST(gnet::read_file("/dev/null") == "");
  File::open("/tmp").sync();
  File zero = File::open("/dev/zero");
  char byte = 'x';
  BOOST_TEST(zero.read(&byte, 1) == 1u);
  // A file does not stay non-blocking.
  const Path path;
  File file = File::open(path.path, O_RDWR);
  BOOST_TEST((fcntl(file.native_handle(), F_GETFL) & O_NONBLOCK) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
