#include "gnet/os/socket_owners.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "gnet/io/listener.h"

BOOST_AUTO_TEST_SUITE(socket_owners)

namespace {

// A /proc that goes with the test.
struct FakeProc {
  FakeProc() {
    char name[] = "/tmp/gnet-proc-XXXXXX";
    BOOST_REQUIRE(mkdtemp(name) != nullptr);
    path = name;
  }
  ~FakeProc() {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.is_directory()) {
        chmod((entry.path() / "fd").c_str(), 0700);
      }
    }
    std::filesystem::remove_all(path);
  }

  void add(const std::string& pid, const std::string& command, std::vector<std::string> links) {
    const std::string folder = path + "/" + pid;
    std::filesystem::create_directories(folder + "/fd");
    std::ofstream(folder + "/comm") << command << '\n';
    std::ofstream(folder + "/cmdline") << command << '\0' << "--serve" << '\0';
    int number = 0;
    for (const std::string& link : links) {
      std::filesystem::create_symlink(link, folder + "/fd/" + std::to_string(number++));
    }
  }

  std::string path;
};

}  // namespace

BOOST_AUTO_TEST_CASE(this_process_owns_what_it_has_opened) {
  gnet::Listener listener("tcp-l://127.0.0.1:0");
  struct stat status {};
  BOOST_REQUIRE(fstat(listener.socket().native_handle(), &status) == 0);
  const auto owners = gnet::SocketOwners().of(status.st_ino);
  BOOST_REQUIRE(owners.size() == 1U);
  BOOST_TEST(owners[0].pid == getpid());
  BOOST_TEST(owners[0].user == geteuid());
  BOOST_TEST(!owners[0].command.empty());
}

BOOST_AUTO_TEST_CASE(processes_that_share_a_socket_are_all_told) {
  FakeProc proc;
  proc.add("30", "late", {"socket:[7]"});
  proc.add("4", "early", {"/dev/null", "socket:[7]", "socket:[7]", "socket:[8]", "pipe:[9]"});
  proc.add("self", "none", {"socket:[7]"});
  const gnet::SocketOwners owners(proc.path);
  const auto found = owners.of(7);
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].pid == 4);
  BOOST_TEST(found[0].command == "early");
  BOOST_TEST(found[0].arguments == "early --serve");
  BOOST_TEST(found[1].pid == 30);
  BOOST_TEST(owners.of(9).empty());
  BOOST_TEST(owners.hidden() == 0U);
}

BOOST_AUTO_TEST_CASE(processes_that_cannot_be_looked_at_are_counted) {
  FakeProc proc;
  proc.add("4", "mine", {"socket:[7]"});
  proc.add("5", "theirs", {"socket:[8]"});
  BOOST_REQUIRE(chmod((proc.path + "/5/fd").c_str(), 0) == 0);
  if (access((proc.path + "/5/fd").c_str(), R_OK) == 0) return;  // root may look at everything
  const gnet::SocketOwners owners(proc.path);
  BOOST_TEST(owners.of(7).size() == 1U);
  BOOST_TEST(owners.of(8).empty());
  BOOST_TEST(owners.hidden() == 1U);
}

BOOST_AUTO_TEST_CASE(without_proc_nobody_is_known) {
  BOOST_TEST(gnet::SocketOwners("/nonexistent").of(1).empty());
}

BOOST_AUTO_TEST_SUITE_END()
