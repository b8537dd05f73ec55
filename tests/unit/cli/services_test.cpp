#include "cli/server/services.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "cli/out/failure.h"
#include "tests/unit/cli/command_line.h"

namespace {

using cli::ServicePlan;

struct Files : test::CommandLineFixture {
  Files() {
    std::string name = "/tmp/gnet-services.XXXXXX";
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
  }
  ~Files() {
    for (const std::string& path : written) unlink(path.c_str());
    rmdir(folder.c_str());
  }

  std::string write(const std::string& text, const std::string& name = "s.toml") {
    written.push_back(folder + "/" + name);
    std::ofstream(written.back()) << text;
    return written.back();
  }

  ServicePlan plan(const std::string& text, const cli::ServiceChoice& choice = {}) {
    return {cli::read_services(write(text)), choice};
  }

  // What is said of it behind the folder.
  std::string problem(const std::string& text, const std::string& name = "s.toml") {
    try {
      const ServicePlan made(cli::read_services(write(text, name)), {});
      return "";
    } catch (const cli::UsageError& error) {
      const std::string message = error.what();
      const std::size_t start = message.find(folder);
      return start == 0 ? message.substr(folder.size() + 1) : message;
    }
  }

  std::string folder;
  std::vector<std::string> written;
};

std::vector<std::string> names(const ServicePlan& plan) {
  std::vector<std::string> all;
  for (const auto& one : plan.services()) all.push_back(one.name);
  return all;
}

std::string no_port(const std::string&) {
  throw cli::BadValue("no port");
}

constexpr const char* kThree = R"([service.a]
type = "echo-server"
after = ["c", "b"]
[service.b]
type = "echo-server"
banner = "${port.c}"
[service.c]
type = "echo-server"
port = 7
udp = true
)";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(services, Files)

BOOST_AUTO_TEST_CASE(those_come_first_that_others_wait_for) {
  const std::vector<std::string> order{"c", "b", "a"};
  BOOST_TEST(names(plan(kThree)) == order, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(options_know_where_they_come_from) {
  const ServicePlan made = plan(kThree, {.set = {"service.c.port=8", "service.c.mode=upper"}});
  const auto settings = made.services().front().settings(no_port);
  BOOST_REQUIRE(settings.size() == 3U);
  for (const cli::Setting& one : settings) {
    if (one.flag->key() == "udp") {
      BOOST_TEST(one.word == "on");
      BOOST_TEST(one.origin == folder + "/s.toml:10:7");
    } else {
      BOOST_TEST(one.origin == "--set");
      BOOST_TEST(one.word == (one.flag->key() == "port" ? "8" : "upper"));
    }
  }
}

BOOST_AUTO_TEST_CASE(some_may_be_chosen) {
  BOOST_TEST(names(plan(kThree, {.only = {"c"}})).size() == 1U);
  BOOST_TEST(names(plan(kThree, {.except = {"a"}})).size() == 2U);
  BOOST_CHECK_THROW(plan(kThree, {.only = {"d"}}), cli::UsageError);
  BOOST_CHECK_THROW(plan(kThree, {.except = {"c"}}), cli::UsageError);  // others wait for it
  for (const char* wrong : {"port=1", "service.c=1", "service.c.port", "service.d.port=1"}) {
    BOOST_CHECK_THROW(plan(kThree, {.set = {wrong}}), cli::UsageError);
  }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_its_place) {
  BOOST_TEST(problem("[service.a]\nport = 1\n") == "s.toml:1:1: 'a' has no type");
  BOOST_TEST(problem("[service.a]\ntype = \"run\"\n") == "s.toml:1:1: 'run' cannot be a service");
  BOOST_TEST(problem("[service.a]\ntype = \"ekho-server\"\n") ==
             "s.toml:1:1: 'ekho-server' cannot be a service; did you mean 'echo-server'?");
  BOOST_TEST(problem("[service.a]\ntype = \"echo-server\"\nprt = 1\n") ==
             "s.toml:3:7: unknown key 'prt' for 'echo-server'; did you mean 'port'?");
  BOOST_TEST(problem("[service.a]\ntype = \"echo-server\"\nuser = \"nobody\"\n") ==
             "s.toml:3:8: 'user' belongs to the process: it stands in [gnet]");
  BOOST_TEST(problem("[service.\"a b\"]\ntype = \"echo-server\"\n").starts_with("bad name 'a b'"));
  BOOST_TEST(problem("service = 1\n") == "s.toml:1:11: 'service' must be a table");
  BOOST_TEST(problem("[service]\na = 1\n") == "s.toml:2:5: 'service.a' must be a table");
  BOOST_TEST(problem("[service.a]\ntype = \"echo-server\"\nbanner = \"${x\"\n") ==
             "s.toml:3:10: bad value '${x' for 'banner': '${' without '}'");
  BOOST_TEST(problem("[service.a]\ntype = 1979-05-27\n") ==
             "s.toml:2:8: 'type' must be a string, a number, true, false or a list");
  BOOST_TEST(problem("{\"service\": {\"a\": {\n]}}", "s.json").starts_with("s.json:2:"));
  BOOST_TEST(problem("[]", "s.json") == "s.json: must be a JSON object");
}

BOOST_AUTO_TEST_CASE(json_says_the_same_as_toml) {
  const auto json = cli::read_services(
      write(R"({"service":{"c":{"type":"echo-server","port":7,"udp":true}}})", "c.json"));
  const ServicePlan one(json, {});
  const ServicePlan other = plan("[service.c]\ntype = \"echo-server\"\nport = 7\nudp = true\n");
  const auto words = [](const ServicePlan& made) {
    std::string text;
    for (const auto& setting : made.services().front().settings(no_port)) {
      text += setting.flag->key() + "=" + setting.word + " ";
    }
    return text;
  };
  BOOST_TEST(words(one) == words(other));
}

BOOST_AUTO_TEST_CASE(words_refer_to_variables_and_to_ports) {
  const auto variable = [](const std::string& name) {
    return name == "PRICE" ? std::optional<std::string>("$5 ${x}") : std::nullopt;
  };
  const auto port = [](const std::string& name) { return name + "'s"; };
  const std::string known = cli::substitute_variables("a ${PRICE}, ${port.web} $$ $x", variable);
  BOOST_TEST(known == "a $$5 $${x}, ${port.web} $$ $$x");
  BOOST_TEST(cli::substitute(known, port) == "a $5 ${x}, web's $ $x");
  for (const char* bad : {"${NOBODY}", "${", "${PRICE"}) {
    BOOST_CHECK_THROW(static_cast<void>(cli::substitute_variables(bad, variable)), cli::BadValue);
  }
  const std::vector<std::string> referred{"a", "b"};
  BOOST_TEST(cli::references("${port.a}${HOME}${port.b}${") == referred,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(variables_come_from_a_file_as_well) {
  const std::string variables = write("WORD=from-a-file\n", "vars");
  const ServicePlan made = plan("[service.a]\ntype = \"echo-server\"\nbanner = \"${WORD}$$\"\n",
                                {.env_file = variables});
  BOOST_TEST(made.services().front().settings(no_port).front().word == "from-a-file$");
  BOOST_TEST(made.explain(false).find("${WORD}$$") != std::string::npos);
  BOOST_TEST(made.services().front().rules.variables.empty());  // it is no program
  const ServicePlan program =
      plan("[service.a]\ntype = \"exec\"\ncommand = [\"a\", \"b\"]\n", {.env_file = variables});
  BOOST_TEST(program.services().front().rules.variables.at("WORD") == "from-a-file");
}

BOOST_AUTO_TEST_CASE(a_service_has_a_life_beside_its_options) {
  const ServicePlan made = plan(
      "[service.b]\ntype = \"echo-server\"\n[service.a]\ntype = \"exec\"\nsh = \"true\"\n"
      "restart = \"always\"\nrestart-delay = \"2s\"\nmax-restarts = \"3/1h\"\nrequired = true\n"
      "after = \"b\"\n");
  const auto& rules = made.services().back().rules;
  BOOST_TEST((rules.life.restart == cli::RestartWhen::always));
  BOOST_TEST((rules.life.restart_delay == std::chrono::seconds(2)));
  BOOST_TEST(rules.life.max_restarts.times == 3U);
  BOOST_TEST(rules.life.required);
  BOOST_TEST(rules.after.front() == "b");
  BOOST_TEST(made.services().back().settings(no_port).size() == 1U);
  BOOST_TEST(problem("[service.a]\ntype = \"exec\"\nsh = \"true\"\nrestart = \"maybe\"\n")
                 .starts_with("bad value 'maybe' for 'restart' in s.toml:4:11: ") == false);
  BOOST_TEST(problem("[service.a]\ntype = \"exec\"\n") ==
             "s.toml:1:1: exec wants a program: either command or sh");
}

BOOST_AUTO_TEST_CASE(passwords_are_not_shown) {
  const ServicePlan made = plan("[service.a]\ntype = \"http-serve\"\nauth = \"anna:secret\"\n");
  BOOST_TEST(made.explain(false).find("secret") == std::string::npos);
  BOOST_TEST(made.explain(true).find("***") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(json_has_places_too) {
  BOOST_TEST(problem(R"({"service": {"a": {"type": "echo-server",
  "prt": 1}}})",
                     "p.json") ==
             "p.json:2:10: unknown key 'prt' for 'echo-server'; did you mean 'port'?");
  BOOST_TEST(problem(R"({"service": {"a": {}}})", "q.json") == "q.json:1:19: 'a' has no type");
  BOOST_TEST(problem(R"({"servce": {}})", "r.json").starts_with("r.json:1:12: unknown 'servce'"));
}

BOOST_AUTO_TEST_CASE(a_service_is_the_same_while_its_words_are) {
  const auto before = plan(kThree).services();
  const auto moved = plan("\n\n" + std::string(kThree)).services();
  for (std::size_t i = 0; i < before.size(); ++i) BOOST_TEST((before[i] == moved[i]));
  const auto changed = plan(kThree, {.set = {"service.c.port=8"}}).services();
  BOOST_TEST(!(before[0] == changed[0]));
  BOOST_TEST((before[1] == changed[1]));
}

BOOST_AUTO_TEST_SUITE_END()
