#include "cli/client/dialler.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/cli/command_line.h"

BOOST_AUTO_TEST_SUITE(dialler)

using namespace std::chrono_literals;

namespace {

struct Options {
  [[nodiscard]] cli::Dialler dialler() const { return {global, to, retry, target}; }

  // What is wrong with them.
  [[nodiscard]] std::string problem() const {
    return test::usage_error([&] { static_cast<void>(dialler()); });
  }

  cli::GlobalOptions global;
  cli::ClientOptions to;
  cli::ReconnectOptions retry;
  cli::Target target{.endpoint = gnet::Endpoint::parse(":6011")};
};

cli::Exit status_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const cli::Failure& failure) {
    return failure.code();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(options_change_the_target) {
  Options options;
  BOOST_TEST(options.dialler().target().to_string() == "tcp://127.0.0.1:6011");
  options.to.tls = true;
  BOOST_TEST(options.dialler().target().to_string() == "tls://127.0.0.1:6011");
  options.to.tls = false;
  options.to.unix_path = {"/run/x"};
  BOOST_TEST(options.dialler().target().to_string() == "unix:///run/x");
}

BOOST_AUTO_TEST_CASE(who_is_sent_elsewhere_keeps_the_target) {
  Options options;
  options.to.connect_to = {cli::Redirect::parse("::b:7")};
  const cli::Dialler dialler = options.dialler();
  BOOST_TEST(dialler.target().port() == 6011);
  BOOST_TEST(dialler.endpoint().to_string() == "tcp://b:7");
}

BOOST_AUTO_TEST_CASE(what_does_not_go_with_the_target_is_refused) {
  Options options;
  options.to.prefix = "to-";
  options.to.pin = {"any"};
  BOOST_TEST(options.problem() ==
             "options of TLS need --to-tls or an endpoint with the scheme tls");
  options = {};
  options.to.unix_path = {"/run/x"};
  options.target.given = true;
  BOOST_TEST(options.problem() == "--unix and ENDPOINT exclude each other");
  options.target.given = false;
  options.to.tls = true;
  BOOST_TEST(options.problem() == "--tls and --unix exclude each other");
  options = {};
  options.target.endpoint = gnet::Endpoint::parse("udp://:1");
  options.to.tls = true;
  BOOST_TEST(options.problem() == "--tls is for TCP, not for udp://127.0.0.1:1");
  options.to.tls = false;
  options.to.interface = "lo";
  BOOST_TEST(options.problem() == "--interface is for connections, not for datagrams");
}

BOOST_AUTO_TEST_CASE(the_policy_is_what_the_options_say) {
  Options options;
  BOOST_TEST(!options.dialler().reconnects());
  BOOST_TEST((options.dialler().retry_policy().initial == 0s));
  options.retry.reconnect = 3s;
  options.retry.max_retries.number = std::uint64_t{1} << 40;
  options.to.connect_timeout = 7s;
  const gnet::RetryPolicy policy = options.dialler().retry_policy();
  BOOST_TEST(options.dialler().reconnects());
  BOOST_TEST((policy.initial == 3s));
  BOOST_TEST(policy.max_retries.value() == std::numeric_limits<unsigned>::max());
  BOOST_TEST((policy.connect_timeout == 7s));
}

BOOST_AUTO_TEST_CASE(a_greeting_may_come_from_a_file) {
  const test::File file("hello\n");
  Options options;
  options.retry.on_reconnect = "hi";
  BOOST_TEST(options.dialler().greeting() == "hi");
  options.retry.on_reconnect = "@" + file.path();
  BOOST_TEST(options.dialler().greeting() == "hello\n");
}

BOOST_AUTO_TEST_CASE(errors_of_connecting_get_their_status) {
  const Options options;
  const cli::Dialler dialler = options.dialler();
  const auto refused = std::make_error_code(std::errc::connection_refused);
  BOOST_TEST((status_of(dialler.as_failure(std::make_exception_ptr(std::system_error(refused)))) ==
              cli::Exit::connect));
  const auto usage = std::make_exception_ptr(cli::UsageError("no"));
  BOOST_TEST((status_of(dialler.as_failure(usage)) == cli::Exit::usage));
}

BOOST_AUTO_TEST_SUITE_END()
