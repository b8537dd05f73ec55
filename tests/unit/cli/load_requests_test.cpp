#include "commands/load_requests.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(load_requests)

using commands::LoadOptions;
using commands::LoadRequests;
using commands::LoadValues;

namespace {

// A file that goes with the test.
class Scratch {
 public:
  explicit Scratch(const std::string& text) {
    const int fd = mkstemp(name_);
    BOOST_REQUIRE(fd >= 0);
    close(fd);
    std::ofstream(name_) << text;
  }
  ~Scratch() { unlink(name_); }
  [[nodiscard]] std::string name() const { return name_; }

 private:
  char name_[32] = "/tmp/gnet-load-XXXXXX";
};

LoadOptions options_for(std::vector<std::string> urls) {
  LoadOptions options;
  options.urls = std::move(urls);
  return options;
}

// The first requests of a connection, one after another.
std::string first(const LoadRequests& requests, int count = 1, std::size_t server = 0) {
  LoadValues values;
  LoadRequests::Turn turn = requests.begin(requests.servers()[server], 0);
  std::string all;
  for (int i = 0; i < count; ++i) {
    values.number = static_cast<std::uint64_t>(i) + 1;
    all += requests.next(turn, values).bytes;
  }
  return all;
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != text.npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_of_http_is_ready_to_be_sent) {
  LoadOptions options = options_for({"http://127.0.0.1:8080/a?b=c"});
  options.headers = {"X-One: 1"};
  options.body = "k=v";
  const LoadRequests requests(options);
  const std::string text = first(requests);
  BOOST_TEST(text.starts_with("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
  BOOST_TEST(has(text, "\r\nX-One: 1\r\n"));
  BOOST_TEST(has(text, "\r\nContent-Length: 3\r\n"));
  BOOST_TEST(text.ends_with("\r\n\r\nk=v"));
  BOOST_TEST(requests.servers().size() == 1U);
  BOOST_TEST(requests.servers()[0].connections == 50U);
}

BOOST_AUTO_TEST_CASE(places_are_filled_in_and_the_length_is_that_of_what_they_became) {
  LoadOptions options = options_for({"http://127.0.0.1/item/{{n}}?u={{uuid}}"});
  options.headers = {"X-Dice: {{rand 3 3}}"};
  options.body = "number {{n}}";
  const LoadRequests requests(options);
  LoadValues values;
  LoadRequests::Turn turn = requests.begin(requests.servers()[0], 0);
  values.number = 1234;
  const std::string text(requests.next(turn, values).bytes);
  BOOST_TEST(text.starts_with("POST /item/1234?u="));
  BOOST_TEST(has(text, "\r\nX-Dice: 3\r\n"));
  BOOST_TEST(has(text, "\r\nContent-Length: 11\r\n\r\nnumber 1234"));
  BOOST_TEST(text.find("Content-Length") == text.rfind("Content-Length"));
  const std::string again(requests.next(turn, values).bytes);
  BOOST_TEST(text != again);  // another UUID
}

BOOST_AUTO_TEST_CASE(lines_of_a_file_go_round_and_cannot_break_a_request) {
  const Scratch lines("one\ntwo words\r\n\nthree\x01\na/b?c=%&d\n");
  LoadOptions options = options_for({"http://127.0.0.1/{{line " + lines.name() + "}}"});
  const std::string text = first(LoadRequests(options), 5);
  BOOST_TEST(has(text, "GET /one HTTP"));
  BOOST_TEST(has(text, "GET /two%20words HTTP"));
  BOOST_TEST(has(text, "GET /three HTTP"));
  BOOST_TEST(has(text, "GET /a%2Fb%3Fc%3D%25%26d HTTP"));
  BOOST_TEST(text.find("GET /one HTTP") != text.rfind("GET /one HTTP"));
}

BOOST_AUTO_TEST_CASE(places_that_are_none_are_refused) {
  for (const char* bad : {"{{}}", "{{x}}", "{{rand 1}}", "{{rand 9 1}}", "{{rand a b}}"}) {
    BOOST_CHECK_THROW(LoadRequests(options_for({std::string("http://h/") + bad})), cli::UsageError);
  }
  BOOST_CHECK_THROW(LoadRequests(options_for({"http://h/{{line /none/of/it}}"})), cli::Failure);
}

BOOST_AUTO_TEST_CASE(a_file_of_targets_has_methods_fields_and_bodies) {
  const Scratch body("payload");
  const Scratch targets("# two\nGET http://127.0.0.1:1/a\nX-A: 1\n\nPUT http://127.0.0.1:1/b\n@" +
                        body.name() + "\nGET http://127.0.0.1:2/c\r\n");
  LoadOptions options;
  options.targets = targets.name();
  const LoadRequests requests(options);
  BOOST_TEST(requests.servers().size() == 2U);
  const std::string text = first(requests, 2);
  BOOST_TEST(has(text, "GET /a HTTP/1.1\r\nHost: 127.0.0.1:1\r\n"));
  BOOST_TEST(has(text, "X-A: 1\r\n"));
  BOOST_TEST(has(text, "PUT /b HTTP/1.1"));
  BOOST_TEST(has(text, "\r\n\r\npayload"));
  BOOST_TEST(has(first(requests, 1, 1), "GET /c HTTP/1.1"));
  BOOST_TEST(requests.servers()[0].connections + requests.servers()[1].connections == 50U);
  BOOST_TEST(requests.servers()[0].connections > requests.servers()[1].connections);
}

BOOST_AUTO_TEST_CASE(a_bad_file_of_targets_is_refused_with_the_line) {
  for (const auto& bad :
       {std::pair("X: 1\n", ":1: "), std::pair("GET http://h/\nno field\n", ":2: "),
        std::pair("GET tcp://h:1\n", ":1: "),
        std::pair("\nGET http://h/{{foo}}\n", ":2: bad place"),
        std::pair("GET http://h/\nHost: a\nHost: b\n", ":1: ")}) {
    const Scratch targets(bad.first);
    LoadOptions options;
    options.targets = targets.name();
    const std::string place = targets.name() + bad.second;
    BOOST_CHECK_EXCEPTION(
        LoadRequests{options}, cli::UsageError,
        [&](const cli::UsageError& error) { return has(error.what(), place.c_str()); });
  }
  const Scratch nothing("\n# nothing\n\n");
  LoadOptions options;
  options.targets = nothing.name();
  BOOST_CHECK_THROW(LoadRequests{options}, cli::UsageError);
}

BOOST_AUTO_TEST_CASE(a_file_that_a_target_names_and_a_folder_are_refused_with_the_reason) {
  const auto complaint = [](const std::string& targets) -> std::string {
    LoadOptions options;
    options.targets = targets;
    try {
      const LoadRequests requests(options);
    } catch (const cli::Failure& failure) {
      return failure.what();
    }
    return {};
  };
  const Scratch targets("GET http://h/\n@/none/of/it\n");
  BOOST_TEST(complaint(targets.name()) ==
             targets.name() + ":2: cannot read /none/of/it: no such file or directory");
  BOOST_TEST(complaint("/") == "cannot read /: is a directory");
  BOOST_TEST(complaint("/dev/zero") == "/dev/zero:1: a line is longer than 1 MiB");
}

BOOST_AUTO_TEST_CASE(targets_come_in_their_order_from_the_first) {
  const Scratch targets("GET http://h/1\nGET http://h/2\nGET http://h/3");
  LoadOptions options;
  options.targets = targets.name();
  options.connections.number = 1;
  const LoadRequests requests(options);
  BOOST_TEST(has(first(requests), "GET /1 "));
  const std::string all = first(requests, 4);
  BOOST_TEST(all.find("GET /2 ") < all.find("GET /3 "));
  BOOST_TEST(all.find("GET /3 ") < all.rfind("GET /1 "));
}

BOOST_AUTO_TEST_CASE(targets_have_methods_and_bodies_of_their_own) {
  const Scratch targets("GET http://h/1\n");
  const auto refuses = [&](auto change) {
    LoadOptions options;
    options.targets = targets.name();
    change(options);
    BOOST_CHECK_THROW(LoadRequests{options}, cli::UsageError);
  };
  refuses([](LoadOptions& options) { options.method = "POST"; });
  refuses([](LoadOptions& options) { options.body = "z"; });
  refuses([](LoadOptions& options) { options.body_file = "/dev/null"; });
  refuses([](LoadOptions& options) { options.message = "z"; });
  refuses([](LoadOptions& options) { options.random = true; });
  LoadOptions both = options_for({"http://h/0"});
  both.targets = targets.name();
  both.body = "z";
  both.headers = {"X-All: 1"};
  both.connections.number = 1;
  const std::string all = first(LoadRequests(both), 2);
  BOOST_TEST(has(all, "POST /0 "));
  BOOST_TEST(has(all, "GET /1 "));
  BOOST_TEST(all.find("X-All: 1") != all.rfind("X-All: 1"));
  BOOST_TEST(!all.ends_with("z"));
}

BOOST_AUTO_TEST_CASE(a_datagram_has_room_for_so_much) {
  LoadOptions options = options_for({"udp://127.0.0.1:1"});
  options.size = cli::Size{65'507};
  BOOST_CHECK_NO_THROW(LoadRequests{options});
  options.size = cli::Size{65'508};
  BOOST_CHECK_THROW(LoadRequests{options}, cli::UsageError);
}

BOOST_AUTO_TEST_CASE(connections_begin_at_different_requests_of_a_list) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "GET http://127.0.0.1:1/" + std::to_string(i) + "\n";
  const Scratch targets(text);
  LoadOptions options;
  options.targets = targets.name();
  options.connections.number = 10;
  const LoadRequests requests(options);
  std::set<std::string> firsts;
  for (std::size_t i = 0; i < 10; ++i) {
    LoadValues values;
    LoadRequests::Turn turn = requests.begin(requests.servers()[0], i);
    firsts.emplace(requests.next(turn, values).bytes);
  }
  BOOST_TEST(firsts.size() == 10U);
  BOOST_TEST(requests.names().back() == "and 95 more");
}

BOOST_AUTO_TEST_CASE(messages_and_requests_have_options_of_their_own) {
  LoadOptions message = options_for({"tcp://127.0.0.1:1"});
  BOOST_TEST(first(LoadRequests(message)) == "ping");
  message.size = cli::Size{10};
  BOOST_TEST(first(LoadRequests(message)).size() == 10U);
  message.body = "x";
  BOOST_CHECK_THROW(LoadRequests{message}, cli::UsageError);
  LoadOptions request = options_for({"http://127.0.0.1/"});
  request.message = "x";
  BOOST_CHECK_THROW(LoadRequests{request}, cli::UsageError);
  BOOST_CHECK_THROW(LoadRequests(options_for({})), cli::UsageError);
  BOOST_CHECK_THROW(LoadRequests(options_for({"exec:cat"})), cli::UsageError);
  LoadOptions few = options_for({"http://a:1/", "http://b:1/", "http://c:1/"});
  few.connections.number = 2;
  BOOST_CHECK_THROW(LoadRequests{few}, cli::UsageError);
}

BOOST_AUTO_TEST_CASE(what_a_header_must_not_have_is_refused) {
  LoadOptions options = options_for({"http://127.0.0.1/"});
  options.headers = {"X: a\r\nY: b"};
  BOOST_CHECK_THROW(LoadRequests{options}, cli::UsageError);
}

BOOST_AUTO_TEST_CASE(passwords_are_sent_and_not_shown) {
  const LoadOptions options = options_for({"http://ada:secret@127.0.0.1/x"});
  const LoadRequests requests(options);
  BOOST_TEST(has(first(requests), "Authorization: Basic YWRhOnNlY3JldA=="));
  BOOST_TEST(requests.names()[0] == "http://127.0.0.1/x");
}

BOOST_AUTO_TEST_SUITE_END()
