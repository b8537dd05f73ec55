// Options that several commands share, as one member of a command's options.
//
// A part brings its options, what makes sure that they go together, and what is to be
// done before the command's work. A command has as many as it wants, of one kind too:
//
//   struct Options : cli::GlobalOptions {
//     cli::ServerOptions listen;
//     cli::ClientOptions to;
//   };
//   …
//   .shared = {cli::server(&Options::listen), cli::client(&Options::to, "to-")},
//
// A prefix stands in front of each long name: --to-timeout, and so to-timeout in
// configuration files and GNET_TO_TIMEOUT in the environment. Short names, and words
// without a dash, are for the part that has none.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/flag.h"

namespace cli {

// What the options of a part know about their place in the command; their struct derives from it.
struct Placed {
  std::string prefix;      // "to-", or empty
  std::size_t number = 0;  // of the part within the command

  std::vector<std::string> typed = {};  // names of those on the command line: "--to-key"

  // Whether this one was typed. A file, or a variable, may set what is of no use for now.
  [[nodiscard]] bool is_typed(std::string_view name) const;

  // A text about these options as this command calls them: "--to-key needs --to-cert" for
  // "--key needs --cert".
  [[nodiscard]] std::string named(std::string_view text) const;
};

// A part of some command. The functions take the whole options struct.
struct Part {
  std::vector<FlagGroup> groups;
  std::function<void(void* options, std::size_t number)> place;
  // The member that it is.
  std::function<const void*(const void* options)> member;
  // Throws UsageError when options contradict each other.
  std::function<void(const void* options)> check;
  // What has to happen before the command runs; what it returns lasts until the command ends.
  std::function<std::shared_ptr<void>(const void* options)> prepare;
};

// What all parts of one kind have in common.
template <typename Shared>
struct PartKind {
  std::vector<FlagGroup> groups;
  void (*check)(const Shared& options);
  std::shared_ptr<void> (*prepare)(const Shared& options) = nullptr;
};

// A part of a command whose options are of this type.
template <typename Options>
struct PartOf : Part {};

namespace detail {

void put_in_front(std::vector<FlagGroup>& groups, const std::string& prefix);

}  // namespace detail

template <typename Options, typename Shared>
[[nodiscard]] PartOf<Options> make_part(Shared Options::*member, PartKind<Shared> kind,
                                        std::string prefix) {
  const auto of = [member](const void* options) -> const Shared& {
    return static_cast<const Options*>(options)->*member;
  };
  PartOf<Options> part;
  part.groups = std::move(kind.groups);
  if (!prefix.empty()) detail::put_in_front(part.groups, prefix);
  for (FlagGroup& group : part.groups) {
    for (Flag& flag : group.flags) {
      flag.assign = [assign = flag.assign, member](void* options, std::string_view word) {
        assign(&(static_cast<Options*>(options)->*member), word);
      };
      flag.current = [current = flag.current, of](const void* options) {
        return current(&of(options));
      };
      flag.note_typed = [member, name = flag.name()](void* options) {
        Placed& placed = static_cast<Options*>(options)->*member;
        placed.typed.push_back(name);
      };
    }
  }
  part.place = [member, prefix = std::move(prefix)](void* options, std::size_t number) {
    Placed& placed = static_cast<Options*>(options)->*member;
    placed.prefix = prefix;
    placed.number = number;
  };
  part.member = [of](const void* options) { return &of(options); };
  part.check = [of, check = kind.check](const void* options) { check(of(options)); };
  if (kind.prepare != nullptr) {
    part.prepare = [of, prepare = kind.prepare](const void* options) {
      return prepare(of(options));
    };
  }
  return part;
}

// A command may have a habit of its own for a short name: the option of the part keeps the long
// one.
void drop_short_name(Part& part, std::string_view long_name);
// The part with another line of help for one of its options, which this command has for something
// of its own:
//
//   .shared = {cli::worded(cli::client(&Options::to), "--timeout", "how long each probe may take")}
template <typename Options>
[[nodiscard]] PartOf<Options> worded(PartOf<Options> part, std::string_view name,
                                     std::string_view summary) {
  for (FlagGroup& group : part.groups) {
    for (Flag& flag : group.flags) {
      if (flag.long_name == name) flag.summary = summary;
    }
  }
  return part;
}

}  // namespace cli
