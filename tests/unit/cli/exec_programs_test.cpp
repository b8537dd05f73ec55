#include "commands/exec_programs.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(exec_programs)

using commands::ExecPrograms;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "gnet-programs.XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }

  void program(const std::string& name, fs::perms perms = fs::perms::owner_all) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << "#!/bin/sh\n";
    fs::permissions(path / name, perms);
  }

  fs::path path;
};

cli::Exit refusal_of(const std::string& name,
                     ExecPrograms::Place place = {.path = "/bin:/usr/bin"}) {
  try {
    ExecPrograms::of({name}, place);
  } catch (const cli::Failure& failure) {
    return failure.code();
  }
  return cli::Exit::ok;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_program_answers_for_all_paths) {
  const auto programs = ExecPrograms::of({"sh", "-c", "true"}, {.path = "/bin"});
  BOOST_TEST(programs.find("/a/b")->path_info == "/a/b");
  BOOST_TEST(programs.find("/a/b")->script_name.empty());
  BOOST_TEST(programs.find("/")->arguments.size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_run_is_told_beforehand) {
  const Folder folder;
  folder.program("data", fs::perms::owner_read);
  BOOST_TEST((refusal_of("no-such-program") == cli::Exit::not_found));
  BOOST_TEST((refusal_of(folder.path / "none") == cli::Exit::not_found));
  BOOST_TEST((refusal_of(folder.path / "data") == cli::Exit::not_executable));
  BOOST_TEST((refusal_of(folder.path) == cli::Exit::not_executable));
  BOOST_TEST((refusal_of("/bin/sh") == cli::Exit::ok));
}

BOOST_AUTO_TEST_CASE(one_is_looked_for_where_its_process_will_look) {
  const Folder folder;
  folder.program("own");
  folder.program("bin/deep");
  folder.program("bin/data", fs::perms::owner_read);
  const std::string own = folder.path;
  const std::string bin = folder.path / "bin";
  using cli::Exit;
  // The directory is the one that it runs in.
  BOOST_TEST((refusal_of("./own", {.directory = own}) == Exit::ok));
  BOOST_TEST((refusal_of("./own", {.directory = bin}) == Exit::not_found));
  BOOST_TEST((refusal_of("./own") == Exit::not_found));
  // The path is the one that it gets, and may be relative to that directory.
  BOOST_TEST((refusal_of("deep", {.path = "/bin:" + bin}) == Exit::ok));
  BOOST_TEST((refusal_of("deep", {.path = "bin", .directory = own}) == Exit::ok));
  BOOST_TEST((refusal_of("own", {.path = ":/bin", .directory = own}) == Exit::ok));
  BOOST_TEST((refusal_of("deep", {.path = "/bin"}) == Exit::not_found));
  BOOST_TEST((refusal_of("data", {.path = bin}) == Exit::not_executable));
}

BOOST_AUTO_TEST_CASE(the_longest_path_is_the_program_and_the_rest_is_for_it) {
  const Folder folder;
  folder.program("a");
  folder.program("b/c");
  const auto programs = ExecPrograms::in(folder.path);
  BOOST_TEST(programs.size() == 2U);
  BOOST_TEST(programs.find("/a")->path_info.empty());
  BOOST_TEST(programs.find("/a/x/y")->script_name == "/a");
  BOOST_TEST(programs.find("/a/x/y")->path_info == "/x/y");
  BOOST_TEST(programs.find("/b/c/")->path_info == "/");
  for (const char* none : {"/", "/b", "/ab", "/c", "a", ""}) {
    BOOST_TEST(!programs.find(none), none);
  }
}

BOOST_AUTO_TEST_CASE(what_is_hidden_or_leads_out_is_no_program) {
  const Folder outside;
  outside.program("secret");
  const Folder folder;
  folder.program("inside");
  folder.program(".hidden");
  folder.program(".git/hook");
  folder.program("data", fs::perms::owner_read);
  fs::create_symlink("inside", folder.path / "alias");
  fs::create_symlink(outside.path / "secret", folder.path / "secret");
  fs::create_directory_symlink(outside.path, folder.path / "out");
  fs::create_directory_symlink(".", folder.path / "again");
  const auto programs = ExecPrograms::in(folder.path);
  BOOST_TEST(programs.find("/inside").has_value());
  BOOST_TEST(programs.find("/alias").has_value());
  for (const char* none : {"/.hidden", "/.git/hook", "/data", "/secret", "/out/secret"}) {
    BOOST_TEST(!programs.find(none), none);
  }
}

BOOST_AUTO_TEST_CASE(a_folder_is_looked_through_again) {
  const Folder folder;
  auto programs = ExecPrograms::in(folder.path);
  folder.program("new");
  BOOST_TEST(!programs.find("/new"));
  programs.rescan();
  BOOST_TEST(programs.find("/new").has_value());
  fs::remove_all(folder.path);
  BOOST_CHECK_THROW(programs.rescan(), cli::Failure);
  BOOST_TEST(programs.find("/new").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
