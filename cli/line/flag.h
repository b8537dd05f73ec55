// One option of a command, as data: its names, its one line of help, and where its
// value goes.
//
// Everything that knows the options of a command works on this: the parser, the
// environment and configuration files, help, completion and the man pages. A
// table of rows describes an options struct:
//
//   std::vector<cli::Row<Options>> rows = {
//       {"-s,--size", "SIZE", &Options::size, "bytes in a message"},
//       {"--stop-on-error", &Options::stop_on_error, "end at the first wrong echo"},
//   };
//
// The defaults that help shows are the values of a default-constructed struct.

#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "cli/line/value.h"

namespace cli {

// What a shell may offer when an option's value is being typed.
enum class Completes { nothing, file, directory, endpoint, command, topic, service, service_key };

// What a row may say beside its names, member and summary.
struct Extra {
  std::vector<std::string> choices = {};  // the words an enumeration has, in its order
  std::string bare = {};                  // the value meant by the option alone; others need "="
  std::string fallback = {};              // shown as the default instead of the member's value
  std::string positional = {};            // words without a dash go here too, under this name
  bool behind_dashes = false;  // of a positional: words behind "--" go here, and no others
  std::vector<std::string> aliases = {};  // accepted, but not shown
  std::string prefix = {};                // put before the value, where options share one list
  std::string needs = {};                 // another option, without which nobody may type this one
  Completes completes = Completes::nothing;
  bool common = false;             // a shared option that a command's own help lists too
  bool rare = false;               // one of a command's own that only --help=all and man list
  bool command_line_only = false;  // neither environment nor files set it
  bool secret = false;             // a password: it is not shown, and goes from the command line
  bool live = false;               // a running server takes a new value on SIGHUP
  std::string more = {};           // a sentence or two that only the man page has
};

using Words = std::vector<std::string>;

struct Flag : Extra {
  std::string short_name;  // "-p", or empty
  std::string long_name;   // "--port"; empty for a pure positional
  std::string value;       // what help calls the value, "PORT"; empty for a switch
  std::string summary;     // one line, lower case, no full stop
  bool repeatable = false;

  // Sets the member of an options struct, or adds to it if it is a list. Throws BadValue.
  std::function<void(void* options, std::string_view word)> assign;
  // The member's value as text.
  std::function<std::string(const void* options)> current;
  // Has the options know that it stands on the command line; null where none ask for that.
  std::function<void(void* options)> note_typed;

  [[nodiscard]] bool is_switch() const noexcept { return value.empty(); }
  // "port": the key in a configuration file.
  [[nodiscard]] std::string key() const;
  // "GNET_PORT", or with a command "GNET_ECHO_SERVER_PORT".
  [[nodiscard]] std::string environment_name(std::string_view command = {}) const;
  // "--port", or "ENDPOINT" of a pure positional.
  [[nodiscard]] const std::string& name() const noexcept {
    return long_name.empty() ? positional : long_name;
  }
};

// A named set of options that belong together and have a help topic of their own.
struct FlagGroup {
  std::string topic;  // "server"; empty for a command's own options
  std::string title;  // "Server options"
  std::vector<Flag> flags;
};

namespace detail {

template <typename T>
inline constexpr bool is_list = false;
template <typename T>
inline constexpr bool is_list<std::vector<T>> = true;

[[nodiscard]] std::size_t choice(std::string_view text, const std::vector<std::string>& choices);
[[nodiscard]] Flag make_flag(std::string_view names, std::string value, std::string summary,
                             Extra extra);

template <typename T>
void assign_word(T& target, std::string_view word, const Extra& extra) {
  const std::string text = extra.prefix + std::string(word);
  if constexpr (is_list<T>) {
    if constexpr (requires { T::value_type::parse(text); }) {
      target.push_back(T::value_type::parse(text));
    } else {
      read_value(text, target.emplace_back());
    }
  } else if constexpr (std::is_enum_v<T>) {
    target = static_cast<T>(choice(text, extra.choices));
  } else {
    // An option that is not given is empty: "$VARIABLE" of a script has no value then.
    if constexpr (std::same_as<T, std::string>) {
      if (text.empty() && target.empty()) throw BadValue("must not be empty");
    }
    read_value(text, target);
  }
}

template <typename T>
std::string show_member(const T& member, const std::vector<std::string>& choices) {
  if constexpr (is_list<T>) {
    std::string text;
    for (const auto& item : member) text += (text.empty() ? "" : " ") + show(item);
    return text;
  } else if constexpr (std::is_enum_v<T>) {
    return choices.at(static_cast<std::size_t>(member));
  } else {
    return show(member);
  }
}

}  // namespace detail

template <typename Options>
struct Row : Flag {
  // An option with a value: names are "-p,--port" or "--port".
  template <typename T, typename Base>
  requires std::derived_from<Options, Base> Row(std::string_view names, std::string value_name,
                                                T Base::*member, std::string line, Extra extra = {})
      : Flag(detail::make_flag(names, std::move(value_name), std::move(line), std::move(extra))) {
    repeatable = detail::is_list<T> || std::same_as<T, Ports>;
    assign = [member, rest = static_cast<const Extra&>(*this)](void* options, auto word) {
      detail::assign_word(static_cast<Options*>(options)->*member, word, rest);
    };
    current = [member, words = choices](const void* options) {
      return detail::show_member(static_cast<const Options*>(options)->*member, words);
    };
  }

  // A switch.
  template <typename T, typename Base>
  requires std::derived_from<Options, Base> Row(std::string_view names, T Base::*member,
                                                std::string line, Extra extra = {})
      : Row(names, std::string(), member, std::move(line), std::move(extra)) {}
};

template <typename Options>
[[nodiscard]] std::vector<Flag> flags_of(const std::vector<Row<Options>>& rows) {
  return {rows.begin(), rows.end()};
}

// The same options for a struct that has Base among its bases.
template <typename Options, typename Base>
[[nodiscard]] FlagGroup inherited(FlagGroup group) {
  for (Flag& flag : group.flags) {
    flag.assign = [assign = flag.assign](void* options, std::string_view word) {
      assign(static_cast<Base*>(static_cast<Options*>(options)), word);
    };
    flag.current = [current = flag.current](const void* options) {
      return current(static_cast<const Base*>(static_cast<const Options*>(options)));
    };
  }
  return group;
}

}  // namespace cli
