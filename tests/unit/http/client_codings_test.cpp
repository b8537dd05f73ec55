#include "gnet/http/client.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "gnet/http/content_encoder.h"
#include "tests/unit/http/client_servers.h"

BOOST_AUTO_TEST_SUITE(client_codings)

using namespace test::http_client;

namespace {

std::string compressed(std::string_view text, std::string_view coding) {
  gnet::http::ContentEncoder encoder(*gnet::http::parse_content_coding(coding));
  std::string out;
  encoder.append(out, text, gnet::http::ContentEncoder::Then::finish);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_compressed_answer_is_decoded) {
  const std::string large(500'000, 'x');
  Server server([&](Request& request, Response& response) {
    const std::string coding(request.path().substr(1));
    response.set("Content-Encoding", coding).send(compressed("hello, " + large, coding));
  });
  Client client;
  for (const auto* coding : {"gzip", "deflate", "br", "zstd"}) {
    ClientResponse response = client.get(server.url("/"s + coding));
    BOOST_TEST(response.is_decoded());
    BOOST_TEST((response.read_all() == "hello, " + large));
    BOOST_TEST(response.received() < 10'000);
    BOOST_TEST(response.read_some() == "");
  }
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(one_that_the_caller_asked_for_is_not) {
  Server server([](Request&, Response& response) {
    response.set("Content-Encoding", "gzip").send("not decoded");
  });
  Client client;
  for (const auto* field : {"Accept-Encoding", "Range"}) {
    ClientResponse response =
        client.request({.url = URL(server.url("/")), .headers = {{field, "x"}}});
    BOOST_TEST(!response.is_decoded());
    BOOST_TEST(response.read_all() == "not decoded");
  }
  BOOST_TEST(Client({.decompress = false}).get(server.url("/")).read_all() == "not decoded");
  BOOST_TEST(client.head(server.url("/")).read_all() == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_decoded_is_an_error) {
  Server server([](Request& request, Response& response) {
    if (request.path() == "/unknown") response.set("Content-Encoding", "x-mine");
    if (request.path() == "/damaged") response.set("Content-Encoding", "gzip");
    if (request.path() == "/cut") {
      const std::string whole = compressed("hello", "gzip");
      return response.set("Content-Encoding", "gzip").send(whole.substr(0, whole.size() - 3));
    }
    response.send("hello");
  });
  Client client;
  for (const auto* path : {"/unknown", "/damaged", "/cut"}) {
    BOOST_TEST((failure(client, server.url(path)) == ClientFailure::protocol));
  }
}

BOOST_AUTO_TEST_CASE(a_few_bytes_do_not_become_gigabytes) {
  Server server([](Request&, Response& response) {
    response.set("Content-Encoding", "gzip").send(compressed(std::string(4'000'000, 'x'), "gzip"));
  });
  ClientOptions options;
  options.decoded.output = 1'000'000;
  Client client(options);
  BOOST_TEST((failure(client, server.url("/")) == ClientFailure::limit));
}

BOOST_AUTO_TEST_SUITE_END()
