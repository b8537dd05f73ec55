#include "cli/server/access_log.h"

#include <boost/test/unit_test.hpp>
#include <clocale>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/line/value.h"
#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(access_log)

using namespace std::chrono_literals;

namespace {

// 2026-11-21T12:01:07.123Z
constexpr auto kEnd = std::chrono::system_clock::time_point(1'795'262'467'123ms);

cli::AccessEntry entry() {
  return {.connection = 42,
          .peer = gnet::Endpoint::parse("127.0.0.1:53144"),
          .local = gnet::Endpoint::parse("127.0.0.1:6011"),
          .received_bytes = 10,
          .sent_bytes = 20,
          .lasted = 1'234ms,
          .ended = kEnd,
          .reason = {}};
}

std::string line(const char* format, const cli::AccessEntry& about = entry()) {
  return cli::AccessFormat::parse(format).line(about);
}

std::string problem(const char* format) {
  try {
    static_cast<void>(cli::AccessFormat::parse(format));
  } catch (const cli::BadValue& error) {
    return error.what();
  }
  return "none";
}

// Times as somebody east of Greenwich sees them.
struct InIndia {
  InIndia() { set("UTC-5:30"); }
  ~InIndia() { set("UTC"); }
  static void set(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(variables_are_those_of_nginx) {
  BOOST_TEST(line("$remote_addr $remote_port $server_addr $server_port $protocol") ==
             "127.0.0.1 53144 127.0.0.1 6011 TCP");
  BOOST_TEST(line("$bytes_received $bytes_sent $session_time $connection $status $reason") ==
             "10 20 1.234 42 200 eof");
  BOOST_TEST(line("$msec") == "1795262467.123");
  BOOST_TEST(line("$pid") == std::to_string(getpid()));
  BOOST_TEST(line("$hostname") != "-");
}

BOOST_FIXTURE_TEST_CASE(times_are_local_and_say_so, InIndia) {
  BOOST_TEST(line("$time_local") == "21/Nov/2026:17:31:07 +0530");
  BOOST_TEST(line("$time_iso8601") == "2026-11-21T17:31:07+05:30");
}

BOOST_FIXTURE_TEST_CASE(the_named_formats_are_those_that_log_readers_know, InIndia) {
  BOOST_TEST(line("common") == R"(127.0.0.1 - - [21/Nov/2026:17:31:07 +0530] "-" 200 20)");
  BOOST_TEST(line("combined") ==
             R"(127.0.0.1 - - [21/Nov/2026:17:31:07 +0530] "-" 200 20 "-" "-")");
  BOOST_TEST(line("json") == R"({"ts":"2026-11-21T12:01:07.123Z","id":42,)"
                             R"("peer":"tcp://127.0.0.1:53144","local":"tcp://127.0.0.1:6011",)"
                             R"("status":200,"rx_bytes":10,"tx_bytes":20,"ms":1234,)"
                             R"("reason":"eof"})");
  BOOST_TEST(cli::AccessFormat().line(entry()) ==
             "127.0.0.1 [21/Nov/2026:17:31:07 +0530] TCP 200 20 10 1.234");
}

BOOST_FIXTURE_TEST_CASE(a_request_has_a_line_of_its_own, InIndia) {
  cli::AccessEntry asked = entry();
  asked.request.emplace();
  asked.request->method = "GET";
  asked.request->target = "/x?q=\"";
  asked.request->version = "HTTP/1.1";
  asked.request->host = "a";
  asked.request->user_agent = "curl";
  asked.request->user = "joe";
  asked.request->status = 404;
  BOOST_TEST(line("common", asked) ==
             R"(127.0.0.1 - joe [21/Nov/2026:17:31:07 +0530] "GET /x?q=\x22 HTTP/1.1" 404 20)");
  BOOST_TEST(cli::AccessFormat().line(asked) == line("combined", asked));
  BOOST_TEST(line("combined", asked).ends_with(R"(404 20 "-" "curl")"));
  BOOST_TEST(line("$http_host $request_method $request_uri $request_time $reason", asked) ==
             "a GET /x?q=\\x22 1.234 complete");
  BOOST_TEST(line("json", asked)
                 .find(R"("method":"GET","target":"/x?q=\"","host":"a",)"
                       R"("user_agent":"curl","user":"joe","status":404)") != std::string::npos);
  asked.request->status = 0;
  asked.request->complete = false;
  BOOST_TEST(line("$status $reason", asked) == "499 cut short");
}

BOOST_AUTO_TEST_CASE(braces_end_a_name_and_two_dollars_are_one) {
  BOOST_TEST(line("${bytes_sent}B$$ $status.") == "20B$ 200.");
  BOOST_TEST(line("$status$status") == "200200");
}

BOOST_AUTO_TEST_CASE(what_is_empty_is_a_dash) {
  cli::AccessEntry unix_peer = entry();
  unix_peer.peer = gnet::Endpoint::unix_path("/run/x");
  unix_peer.local.reset();
  BOOST_TEST(line("$remote_addr $remote_port $server_addr $protocol", unix_peer) ==
             "unix:/run/x - - UNIX");
}

BOOST_AUTO_TEST_CASE(a_line_stays_a_line_whatever_a_peer_calls_itself) {
  cli::AccessEntry evil = entry();
  evil.peer = gnet::Endpoint::unix_path("@a\n\"b\\\x1b");
  BOOST_TEST(line("$remote_addr", evil) == R"(unix:@a\n\x22b\x5C\x1b)");
  BOOST_TEST(line("json", evil).find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_format_that_is_none_says_what_is_wrong) {
  BOOST_TEST(problem("$remote_adr") ==
             "unknown variable '$remote_adr'; did you mean '$remote_addr'?");
  BOOST_TEST(problem("a $nosuchthing") == "unknown variable '$nosuchthing'");
  BOOST_TEST(problem("combind") == "must be common, combined, json, or text with $variables");
  BOOST_TEST(problem("") == "must be common, combined, json, or text with $variables");
  BOOST_TEST(problem("${status") == "the brace of '${status' is not closed");
  BOOST_TEST(problem("5 $") == "a $ needs the name of a variable; $$ is a dollar");
}

BOOST_AUTO_TEST_CASE(the_status_tells_who_ended_it) {
  using gnet::CloseKind;
  BOOST_TEST(cli::access_status(CloseKind::eof) == 200);
  BOOST_TEST(cli::access_status(CloseKind::local_close) == 200);
  BOOST_TEST(cli::access_status(CloseKind::idle_timeout) == 408);
  BOOST_TEST(cli::access_status(CloseKind::io_error) == 499);
  BOOST_TEST(cli::access_status(CloseKind::handler_error) == 500);
}

BOOST_AUTO_TEST_CASE(a_peer_that_was_refused_has_a_status_and_no_number) {
  cli::AccessEntry refused = entry();
  refused.refusal = cli::Refusal::denied;
  BOOST_TEST(line("$remote_addr $connection $status $reason", refused) == "127.0.0.1 - 403 denied");
  refused.refusal = cli::Refusal::address_limit;
  BOOST_TEST(line("$status $reason", refused) == "503 too many connections of this address");
  BOOST_TEST(line("json", refused).find("\"id\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_local_address_is_asked_for_only_if_it_is_shown) {
  BOOST_TEST(cli::AccessFormat::parse("json").wants_local());
  BOOST_TEST(cli::AccessFormat::parse("$server_port").wants_local());
  BOOST_TEST(!cli::AccessFormat::parse("common").wants_local());
  BOOST_TEST(!cli::AccessFormat().wants_local());
}

BOOST_AUTO_TEST_CASE(lines_go_to_the_file_which_can_be_opened_anew) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("gnet-access-log." + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const auto file = folder / "access.log";
  const auto text = [](const std::filesystem::path& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  {
    const cli::AccessLog log(file, cli::AccessFormat::parse("$connection $status"));
    log.write(entry());
    gnet::flush_log();
    BOOST_TEST(text(file) == "42 200\n");
    std::filesystem::rename(file, folder / "old");
    gnet::reopen_log();
    gnet::flush_log();
    log.write(entry());
    gnet::flush_log();
    BOOST_TEST(text(file) == "42 200\n");
    BOOST_TEST(text(folder / "old") == "42 200\n");
  }
  std::filesystem::remove_all(folder);
  BOOST_CHECK_THROW(cli::AccessLog("/nonexistent/access.log", {}), cli::Failure);
}

BOOST_AUTO_TEST_SUITE_END()
