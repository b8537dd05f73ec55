#include "cli/control/control_server.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>

#include "cli/control/asking.h"
#include "cli/control/places.h"
#include "cli/out/failure.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/io/connect.h"

namespace {

using namespace std::chrono_literals;
using cli::ControlAnswer;
using cli::ControlClient;
using cli::ControlConnection;
using cli::ControlReply;
using cli::ControlRequest;
using cli::ControlServer;

struct Folder {
  Folder() {
    std::string name = "/tmp/gnet-control.XXXXXX";
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

void answer(const ControlRequest& request, ControlClient& client) {
  if (request.op == "stop") throw cli::Failure(cli::Exit::no_instance, "there is none");
  if (request.op == "drain") throw std::runtime_error("a defect");
  if (request.op == "fibers") return client.reply({.text = std::string(50'000, 'x') + "\n"});
  ControlReply reply;
  reply.facts.add("asked", request.op);
  reply.text = request.op + "\n";
  client.reply(reply);
}

ControlRequest about(std::string op) {
  ControlRequest request;
  request.op = std::move(op);
  if (request.op == "stop" || request.op == "drain") request.fields["service"] = "echo";
  return request;
}

cli::Exit code_of(const std::function<void()>& function) {
  try {
    function();
    return cli::Exit::ok;
  } catch (const cli::Failure& failure) {
    return failure.code();
  }
}

struct Fixture {
  Folder folder;
  std::string path = folder.path + "/c.sock";
  std::unique_ptr<ControlServer> server = std::make_unique<ControlServer>(path, answer);
  Fixture() { server->start(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(control_server, Fixture)

BOOST_AUTO_TEST_CASE(only_its_user_may_open_the_socket) {
  struct stat status {};
  BOOST_REQUIRE(stat(path.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0600U);
}

BOOST_AUTO_TEST_CASE(questions_are_answered_in_their_order) {
  ControlConnection control(path, 5s);
  for (const char* op : {"list", "reload", "help"}) control.send(about(op), 5s);
  for (const char* op : {"list", "reload", "help"}) {
    const auto line = control.receive(5s);
    BOOST_TEST(line->find("\"asked\":\"" + std::string(op)) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(what_fails_is_told_and_the_next_question_is_answered) {
  ControlConnection control(path, 5s);
  const ControlAnswer refused = control.ask(about("stop"), 5s);
  BOOST_TEST((refused.code == cli::Exit::no_instance));
  BOOST_TEST(refused.message == "there is none");
  BOOST_TEST((control.ask(about("drain"), 5s).code == cli::Exit::internal));
  BOOST_TEST((control.ask(about("nonsense"), 5s).code == cli::Exit::usage));
  BOOST_TEST((control.ask(about("list"), 5s).code == cli::Exit::ok));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_holds_up_nobody) {
  auto deaf = gnet::connect(gnet::Endpoint::unix_path(path), 5s);
  auto flood = gnet::spawn([&] {
    for (int i = 0; i < 1000; ++i) deaf.send_all("fibers\n");
  });
  for (int i = 0; i < 20; ++i) gnet::yield();
  ControlConnection control(path, 5s);
  BOOST_TEST((control.ask(about("list"), 5s).code == cli::Exit::ok));
  flood.kill();
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_ends_the_connection) {
  auto stream = gnet::connect(gnet::Endpoint::unix_path(path), 5s);
  auto sender = gnet::spawn([&] {
    try {
      stream.send_all(std::string(ControlRequest::kLongest + 8192, 'x'), 5s);
    } catch (const std::system_error&) {
      // It was closed.
    }
  });
  gnet::BufferedReader reader(stream);
  BOOST_TEST(reader.read_line(5s).value_or("") == "error: a line is too long");
  sender.join();
}

BOOST_AUTO_TEST_CASE(a_second_server_is_refused_while_the_first_lives) {
  BOOST_TEST((code_of([&] { ControlServer second(path, answer); }) == cli::Exit::listen));
  server.reset();
  BOOST_TEST(!std::filesystem::exists(path));
  BOOST_TEST(
      (code_of([&] { ControlConnection(path, gnet::Deadline(5s)); }) == cli::Exit::no_instance));
}

BOOST_AUTO_TEST_CASE(names_are_words_and_others_are_refused) {
  for (const char* good : {"a", "demo", "backup.tar", "x-1_2"}) {
    BOOST_CHECK_NO_THROW(cli::check_process_name(good));
  }
  const std::string longest(64, 'a');
  BOOST_CHECK_NO_THROW(cli::check_process_name(longest));
  for (const std::string& bad : {std::string(), std::string("."), std::string("../x"),
                                 std::string("-x"), std::string("a b"), longest + "a"}) {
    BOOST_CHECK_THROW(cli::check_process_name(bad), cli::UsageError);
  }
}

BOOST_AUTO_TEST_CASE(a_folder_that_others_may_write_to_is_refused) {
  const std::string open = folder.path + "/open";
  BOOST_REQUIRE(mkdir(open.c_str(), 0700) == 0 && chmod(open.c_str(), 0777) == 0);
  BOOST_TEST((code_of([&] { cli::make_socket_folder(open + "/x.sock"); }) == cli::Exit::io));
  const std::string fresh = folder.path + "/fresh";
  cli::make_socket_folder(fresh + "/x.sock");
  struct stat status {};
  BOOST_REQUIRE(stat(fresh.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0700U);
}

BOOST_AUTO_TEST_SUITE_END()
