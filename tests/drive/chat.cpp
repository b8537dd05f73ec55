// chat PROGRAM: plays several users of examples/chat.cpp, one of whom does not read.

#include <gnet/gnet.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>

#include "tests/drive/drive.h"

using namespace std::chrono_literals;

namespace {

struct User {
  explicit User(const gnet::Endpoint& server) : reader(gnet::connect(server)) {
    hear("*** you are ");
    hear(" is in lobby");
  }

  void say(const std::string& line) { reader.source().send_all(line + "\n", 5s); }

  // The next line that has `text` in it; lines before it are passed over.
  std::string hear(std::string_view text) {
    while (auto line = reader.read_line(10s)) {
      if (line->find(text) != line->npos) return *line;
    }
    std::fprintf(stderr, "never heard: %.*s\n", static_cast<int>(text.size()), text.data());
    std::exit(1);
  }

  gnet::BufferedReader<gnet::AnyStream> reader;
};

}  // namespace

int main(int, char** argv) {
  drive::Server server(argv[1]);

  User ann(server.endpoint);
  User bob(server.endpoint);
  ann.say("/nick ann");
  CHECK(bob.hear("is now") == "*** guest-1 is now ann");
  bob.say("/nick ann");
  bob.hear("*** no");
  bob.say("/nick bob");
  CHECK(ann.hear("is now bob") == "*** guest-2 is now bob");
  ann.say("hello");
  CHECK(bob.hear("hello") == "ann: hello");
  CHECK(ann.hear("hello") == "ann: hello");

  // Rooms hear what is theirs.
  bob.say("/join garden");
  ann.hear("bob has left");
  ann.say("only the lobby");
  bob.say("only the garden");
  CHECK(bob.hear("only") == "bob: only the garden");
  bob.say("/join lobby");
  bob.say("/who");
  const std::string there = bob.hear("*** in ");
  CHECK(there == "*** in lobby: ann bob" || there == "*** in lobby: bob ann");

  // One who does not read: the others hear everything, soon, and he is cut off.
  gnet::AnyStream deaf = gnet::connect(server.endpoint);
  ann.hear("guest-3 is in");
  const std::string line(900, 'x');
  for (int i = 0; i < 10'000; ++i) {
    bob.say(line + std::to_string(i));
    if (i % 20 != 19) continue;
    for (User* user : {&ann, &bob}) user->hear("x" + std::to_string(i));
  }
  ann.say("/who");
  CHECK(ann.hear("*** in ").find("guest-3") == std::string::npos);

  // Goodbye.
  server.program.send_signal(SIGTERM);
  ann.hear("*** goodbye");
  bob.hear("*** goodbye");
  CHECK(!ann.reader.read_line(5s));
  CHECK(*server.output.read_line(5s) == "stopped");
  CHECK(server.program.wait(5s) == 0);
}
