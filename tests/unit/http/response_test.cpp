#include "gnet/http/response.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <string>
#include <system_error>

#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"
#include "gnet/http/request.h"
#include "gnet/io/certificate.h"
#include "gnet/io/tls_stream.h"
#include "tests/unit/eventually.h"
#include "tests/unit/http/test_server.h"
#include "tests/unit/web/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(response)

using namespace std::chrono_literals;
using gnet::UniqueFd;
using gnet::http::Request;
using gnet::http::Response;

namespace {

std::string letters(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i + i / 26) % 26);
  return text;
}

struct OpenTextFile {
  explicit OpenTextFile(const std::string& content) : text(content) {
    folder.write("file", text);
    fd.reset(open(folder.path("file").c_str(), O_RDONLY | O_CLOEXEC));
  }
  TemporaryFolder folder;
  std::string text;
  UniqueFd fd;
};

bool is_reset(const std::system_error& error) {
  return error.code() == std::errc::connection_reset;
}

}  // namespace

// ---- files ----

BOOST_AUTO_TEST_CASE(a_file_of_any_size_is_sent) {
  for (const std::size_t size : {0UL, 1UL, 1024UL, 16384UL, 16385UL, 100'000UL, 3'000'000UL}) {
    const OpenTextFile file(letters(size));
    TestServer server([&](Request&, Response& response) {
      response.type("text/plain").send_file(file.fd.get(), 0, size);
    });
    const std::string answer = server.ask("GET /");
    BOOST_TEST(field_of(answer, "Content-Length") == std::to_string(size));
    BOOST_TEST((body_of(answer) == file.text), size);
    BOOST_TEST(body_of(server.ask("HEAD /")) == "");
    BOOST_TEST(field_of(server.ask("HEAD /"), "Content-Length") == std::to_string(size));
  }
}

BOOST_AUTO_TEST_CASE(a_part_of_a_file_is_sent_and_the_connection_goes_on) {
  const OpenTextFile file(letters(1'000'000));
  TestServer server([&](Request& request, Response& response) {
    const bool is_large = request.path() == "/large";
    response.send_file(file.fd.get(), 10, is_large ? 500'000 : 5);
  });
  gnet::Stream client =
      server.send(TestServer::request("GET /large", "", "keep-alive") +
                  TestServer::request("GET /", "", "keep-alive") + TestServer::request("GET /"));
  const std::string answers = TestServer::read_all(client);
  BOOST_TEST((body_of(answers).substr(0, 500'000) == file.text.substr(10, 500'000)));
  const std::string rest = body_of(answers).substr(500'000);
  BOOST_TEST(body_of(rest).substr(0, 5) == file.text.substr(10, 5));
  BOOST_TEST(body_of(body_of(rest)) == file.text.substr(10, 5));
}

BOOST_AUTO_TEST_CASE(files_are_sent_over_tls) {
  const OpenTextFile file(letters(300'000));
  gnet::TCPServerOptions tcp;
  tcp.tls = gnet::TLSContext::server({.identity = gnet::make_self_signed()});
  TestServer server(
      [&](Request&, Response& response) { response.send_file(file.fd.get(), 0, 300'000); }, {},
      std::move(tcp));
  gnet::TLSStream client(gnet::connect_stream(server.factory.local_endpoint().with_tls(false)),
                         gnet::TLSContext::client({.verify = false}));
  client.send_all(TestServer::request("GET /"));
  BOOST_TEST((body_of(TestServer::read_all(client)) == file.text));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_shorter_than_announced_resets_the_connection) {
  for (const std::size_t announced : {1000UL, 2'000'000UL}) {
    const OpenTextFile file(letters(announced / 2));
    TestServer server(
        [&](Request&, Response& response) { response.send_file(file.fd.get(), 0, announced); });
    gnet::Stream client = server.send(TestServer::request("GET /"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(TestServer::read_all(client)), std::system_error,
                          is_reset);
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_while_it_is_sent_resets_the_connection) {
  const OpenTextFile file(letters(20'000'000));
  TestServer server(
      [&](Request&, Response& response) { response.send_file(file.fd.get(), 0, 20'000'000); });
  gnet::Stream client = server.send(TestServer::request("GET /"));
  char byte = 0;
  BOOST_REQUIRE(client.receive(&byte, 1) == 1u);
  BOOST_REQUIRE(truncate(file.folder.path("file").c_str(), 1000) == 0);
  BOOST_CHECK_EXCEPTION(static_cast<void>(TestServer::read_all(client)), std::system_error,
                        is_reset);
}

BOOST_AUTO_TEST_CASE(what_is_added_to_a_file_is_not_sent) {
  const OpenTextFile file(letters(2000));
  TestServer server(
      [&](Request&, Response& response) { response.send_file(file.fd.get(), 0, 1000); });
  BOOST_TEST(body_of(server.ask("GET /")) == file.text.substr(0, 1000));
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_nothing_is_given_up) {
  const OpenTextFile file(letters(30'000'000));
  bool lost = false;
  TestServer server(
      [&](Request&, Response& response) {
        try {
          response.send_file(file.fd.get(), 0, 30'000'000);
        } catch (const std::system_error& error) {
          lost = error.code() == std::errc::timed_out && response.lost();
          throw;
        }
      },
      {.write_timeout = 50ms});
  gnet::Stream client = server.send(TestServer::request("GET /"));
  BOOST_TEST(test::eventually([&] { return lost; }));
}

BOOST_AUTO_TEST_CASE(parts_of_files_go_between_pieces) {
  const OpenTextFile file(letters(100'000));
  TestServer server([&](Request& request, Response& response) {
    if (request.path() == "/length") response.length(70'003);
    response.write("<");
    response.write_file(file.fd.get(), 0, 70'000);
    response.write_file(file.fd.get(), 0, 0);
    response.write("|");
    if (request.path() != "/length") response.write_file(file.fd.get(), 70'000, 30'000);
    response.write(">");
  });
  const std::string answer = server.ask("GET /length");
  BOOST_TEST(field_of(answer, "Content-Length") == "70003");
  BOOST_TEST(field_of(answer, "Transfer-Encoding") == "");
  BOOST_TEST((body_of(answer) == "<" + file.text.substr(0, 70'000) + "|>"));
  BOOST_TEST(server.ask("HEAD /length").ends_with("\r\n\r\n"));
  const std::string chunked = server.ask("GET /");
  BOOST_TEST(field_of(chunked, "Transfer-Encoding") == "chunked");
  BOOST_TEST((chunked.find("11170\r\n" + file.text.substr(0, 70'000) + "\r\n1\r\n|\r\n7530\r\n") !=
              chunked.npos));
}

// ---- bodies of a known length ----

BOOST_AUTO_TEST_CASE(a_body_that_is_not_as_long_as_was_told_resets_the_connection) {
  bool refused = false;
  TestServer server([&](Request& request, Response& response) {
    response.length(5);
    if (request.path() == "/nothing") return;
    response.write("abc");
    if (request.path() == "/less") return;
    try {
      response.write("def");
    } catch (const gnet::Misuse&) {
      refused = true;
      throw;
    }
  });
  for (const char* line : {"GET /less", "GET /more", "GET /nothing"}) {
    gnet::Stream client = server.send(TestServer::request(line));
    BOOST_CHECK_EXCEPTION(static_cast<void>(TestServer::read_all(client)), std::system_error,
                          is_reset);
  }
  BOOST_TEST(refused);
  BOOST_TEST(field_of(server.ask("HEAD /nothing"), "Content-Length") == "5");
}

BOOST_AUTO_TEST_SUITE_END()
