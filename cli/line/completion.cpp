#include "cli/line/completion.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "cli/line/parse.h"
#include "cli/line/services_file.h"
#include "cli/line/topics.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"

namespace cli {
namespace {

// What the words before the cursor say.
struct Context {
  const Command* command = nullptr;
  const Flag* waits_for_value = nullptr;
  std::set<const Flag*> given;
  Words words;                  // behind the command, without a dash
  bool only_arguments = false;  // "--" was there
};

const Flag* find_flag(const Command* command, std::string_view name) {
  if (command != nullptr) return command->find(name);
  for (const Flag& flag : root_flags().flags) {
    if (name == flag.long_name || name == flag.short_name) return &flag;
  }
  return nullptr;
}

Context read_words(const Words& words, std::size_t index) {
  Context context;
  for (std::size_t i = 1; i < index && i < words.size(); ++i) {
    const std::string& word = words[i];
    if (context.waits_for_value != nullptr) {
      context.waits_for_value = nullptr;
    } else if (context.only_arguments) {
      context.words.push_back(word);
    } else if (word == "--") {
      context.only_arguments = true;
    } else if (word.starts_with('-')) {
      const Flag* flag = find_flag(context.command, word.substr(0, word.find('=')));
      if (flag == nullptr) continue;
      context.given.insert(flag);
      const bool takes_next = !flag->is_switch() && flag->bare.empty();
      if (takes_next && word.find('=') == std::string::npos) context.waits_for_value = flag;
    } else if (context.command == nullptr) {
      context.command = find_command(word);
    } else {
      context.words.push_back(word);
    }
  }
  return context;
}

void add(Completion& completion, std::string_view prefix, std::string word, std::string about) {
  if (word.starts_with(prefix)) {
    completion.candidates.push_back({std::move(word), std::move(about)});
  }
}

void add_commands(Completion& completion, std::string_view prefix) {
  for (const Command* command : commands()) {
    if (!command->group.empty()) add(completion, prefix, command->name, command->summary);
  }
}

// Schemes, and paths after those of unix sockets; a shell would not find these.
void add_endpoints(Completion& completion, std::string_view prefix, const std::string& before) {
  if (prefix.empty()) return;
  const auto add_word = [&](std::string word) {
    if (word.starts_with(prefix)) completion.candidates.push_back({before + word, {}});
  };
  for (const char* scheme : {"tcp", "tcp4", "tcp6", "tls", "tls4", "tls6", "udp", "udp4", "udp6",
                             "unix", "unixpacket", "unixgram", "abstract", "tls+unix"}) {
    add_word(std::string(scheme) + "://");
  }
  const std::size_t start = prefix.find(":///");
  if (!prefix.starts_with("unix") && !prefix.starts_with("tls+unix")) return;
  if (start == std::string_view::npos) return;
  const std::string_view path = prefix.substr(start + 3);
  const std::string folder(path.substr(0, path.rfind('/') + 1));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string end = entry.is_directory(error) ? "/" : "";
    add_word(std::string(prefix.substr(0, start + 3)) + folder + entry.path().filename().string() +
             end);
  }
  std::ranges::sort(completion.candidates, {}, &Candidate::word);
}

// Those of the file of `gnet run` that stands on the line.
void add_services(Completion& completion, const Context& context, const Flag& flag,
                  std::string_view prefix, const std::string& before) {
  const bool wants_key = flag.completes == Completes::service_key;
  if (context.words.empty() || (!wants_key && flag.completes != Completes::service)) return;
  try {
    for (const ServicesFile::Section& one : read_services(context.words.front()).services) {
      const std::string word = wants_key ? "service." + one.name + "." : one.name;
      if (word.starts_with(prefix)) completion.candidates.push_back({before + word, {}});
    }
  } catch (const Failure&) {
    // A file that is none has no services.
  }
}

void add_values(Completion& completion, const Context& context, const Flag& flag,
                std::string_view prefix, const std::string& before) {
  add_services(completion, context, flag, prefix, before);
  for (const std::string& choice : flag.choices) {
    if (choice.starts_with(prefix)) completion.candidates.push_back({before + choice, {}});
  }
  if (flag.choices.empty() && (flag.value == "on|off" || flag.value == "[=on|off]")) {
    for (const char* word : {"on", "off"}) {
      if (std::string_view(word).starts_with(prefix)) {
        completion.candidates.push_back({before + word, {}});
      }
    }
  }
  if (flag.completes == Completes::topic) {
    for (const Topic& topic : topics()) add(completion, prefix, topic.name, topic.summary);
    add_commands(completion, prefix);
  }
  if (flag.completes == Completes::command) add_commands(completion, prefix);
  if (flag.completes == Completes::directory) completion.files = Completes::directory;
  if (flag.completes == Completes::endpoint) add_endpoints(completion, prefix, before);
  // A path is an endpoint too.
  const bool file = flag.completes == Completes::file || flag.completes == Completes::endpoint;
  if (file) completion.files = Completes::file;
}

void add_flags(Completion& completion, const Context& context, std::string_view prefix) {
  const auto add_group = [&](const FlagGroup& group) {
    for (const Flag& flag : group.flags) {
      if (flag.long_name.empty()) continue;
      const bool once = !flag.repeatable && flag.key() != "verbose" && flag.key() != "quiet";
      if (once && context.given.contains(&flag)) continue;
      add(completion, prefix, flag.long_name, flag.summary);
    }
  };
  if (context.command == nullptr) {
    add_group(root_flags());
  } else {
    std::ranges::for_each(context.command->groups, add_group);
  }
}

// zsh separates a word from its description by a colon.
std::string escape_colons(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

Completion complete(const Words& words, std::size_t index) {
  Completion completion;
  const Context context = read_words(words, index);
  const std::string current = index < words.size() ? words[index] : std::string();
  const std::size_t equals = current.find('=');
  if (context.waits_for_value != nullptr) {
    add_values(completion, context, *context.waits_for_value, current, "");
  } else if (!context.only_arguments && current.starts_with("--") && equals != std::string::npos) {
    const Flag* flag = find_flag(context.command, current.substr(0, equals));
    if (flag != nullptr) {
      add_values(completion, context, *flag, std::string_view(current).substr(equals + 1),
                 current.substr(0, equals + 1));
    }
  } else if (!context.only_arguments && current.starts_with('-')) {
    add_flags(completion, context, current);
  } else if (context.command == nullptr) {
    add_commands(completion, current);
  } else if (context.command->offers != nullptr) {
    for (const auto& [word, about] : context.command->offers(context.words)) {
      add(completion, current, word, about);
    }
  } else {
    for (const FlagGroup& group : context.command->groups) {
      for (const Flag& flag : group.flags) {
        if (!flag.positional.empty()) add_values(completion, context, flag, current, "");
      }
    }
  }
  return completion;
}

std::string completion_lines(const Completion& completion, std::string_view shell) {
  if (completion.candidates.empty()) {
    if (completion.files == Completes::file) return ":file\n";
    if (completion.files == Completes::directory) return ":directory\n";
  }
  std::string text;
  for (const Candidate& candidate : completion.candidates) {
    if (shell == "zsh") {
      text += escape_colons(candidate.word);
      if (!candidate.about.empty()) text += ":" + escape_colons(candidate.about);
    } else {
      text += candidate.word;
      if (shell == "fish" && !candidate.about.empty()) text += "\t" + candidate.about;
    }
    text += '\n';
  }
  return text;
}

void answer_shell(const Words& arguments) {
  // SHELL INDEX -- WORDS...
  if (arguments.size() < 4) return;
  std::size_t index = 0;
  const std::string& number = arguments[1];
  std::from_chars(number.data(), number.data() + number.size(), index);
  const Words words(arguments.begin() + 3, arguments.end());
  print(completion_lines(complete(words, index), arguments[0]));
}

}  // namespace cli
