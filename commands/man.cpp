// gnet man (hidden): completes the source of a man page, from stdin to stdout.
//
// The build calls it: gnet man < man/gnet-help.1.scd | scdoc

#include <fstream>
#include <iterator>

#include "cli/line/command.h"
#include "cli/line/man_page.h"
#include "cli/out/output.h"
#include "cli/server/access_format.h"
#include "commands/commands.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {};

// The variables of --access-format.
cli::ManList access_list() {
  cli::ManList list{.word = "@ACCESS@", .terms = {}};
  for (const cli::AccessVariable& variable : cli::access_variables()) {
    list.terms.push_back({"$" + std::string(variable.name), std::string(variable.summary)});
  }
  return list;
}

cli::Exit run(const Options&) {
  std::ifstream input("/dev/stdin");
  const std::string page{std::istreambuf_iterator<char>(input), {}};
  cli::print(cli::fill_man_page(page, {access_list()}));
  return cli::Exit::ok;
}

}  // namespace

const cli::Command& man() {
  static const cli::Command made = cli::command<Options>({
      .name = "man",
      .summary = "complete the source of a man page",
      .about = "Replace @OPTIONS@ and the like in scdoc source, from stdin to stdout.",
      .run = run,
  });
  return made;
}

}  // namespace commands
