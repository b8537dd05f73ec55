#include "gnet/os/pseudo_terminal.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>

#include "gnet/io/buffered.h"
#include "gnet/os/subprocess.h"

BOOST_AUTO_TEST_SUITE(pseudo_terminal)

using namespace std::chrono_literals;
using gnet::Popen;
using gnet::PseudoTerminal;
using gnet::Stdio;

namespace {

Popen start(PseudoTerminal& terminal, const std::string& script) {
  Popen program({"sh", "-c", script}, {.in = Stdio::fd(terminal.program_end()),
                                       .out = Stdio::fd(terminal.program_end()),
                                       .err = Stdio::to_stdout(),
                                       .new_session = true,
                                       .leads_group = true,
                                       .terminal = true});
  terminal.close_program_end();
  return program;
}

std::string rest_of(PseudoTerminal& terminal) {
  std::string all;
  char buffer[512];
  while (const std::size_t count = terminal.receive(buffer, sizeof buffer, 10s)) {
    all.append(buffer, count);
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_program_finds_a_terminal_of_the_size_asked_for) {
  PseudoTerminal terminal({.columns = 132, .rows = 43});
  Popen program = start(terminal, "test -t 0 && test -t 1 && test -t 2 && stty size");
  BOOST_TEST(rest_of(terminal) == "43 132\r\n");
  BOOST_TEST(program.wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_terminal_controls_the_session) {
  PseudoTerminal terminal;
  Popen program = start(terminal, "echo yes > /dev/tty");
  BOOST_TEST(rest_of(terminal) == "yes\r\n");
  BOOST_TEST(program.wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_end_of_input_is_what_people_type) {
  PseudoTerminal terminal;
  Popen program = start(terminal, "stty -echo; echo ready; cat; echo over");
  gnet::BufferedReader reader(terminal);
  BOOST_TEST(reader.read_line(10s).value() == "ready");
  terminal.send_all("half a line", 10s);
  terminal.shutdown_send(10s);
  BOOST_TEST(reader.read_line(10s).value() == "half a lineover");
  BOOST_TEST(!reader.read_line(10s));
  BOOST_TEST(program.wait() == 0);
}

BOOST_AUTO_TEST_CASE(keys_are_signals) {
  PseudoTerminal terminal;
  Popen program = start(terminal, "echo ready; exec sleep 30");
  gnet::BufferedReader reader(terminal);
  BOOST_TEST(reader.read_line(10s).value() == "ready");
  terminal.send_all("\x03", 10s);
  BOOST_TEST(program.wait() == -SIGINT);
}

BOOST_AUTO_TEST_CASE(a_change_of_size_is_told) {
  PseudoTerminal terminal;
  Popen program = start(terminal, "trap 'stty size; exit' WINCH; echo ready; read line");
  gnet::BufferedReader reader(terminal);
  BOOST_TEST(reader.read_line(10s).value() == "ready");
  terminal.resize({.columns = 100, .rows = 30});
  BOOST_TEST(reader.read_line(10s).value() == "30 100");
  program.wait();
}

BOOST_AUTO_TEST_SUITE_END()
