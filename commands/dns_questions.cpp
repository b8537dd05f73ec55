#include "commands/dns_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <utility>

#include "cli/out/failure.h"
#include "cli/out/trim.h"
#include "gnet/dns/names.h"
#include "gnet/io/ascii_host.h"
#include "gnet/io/resolver.h"

namespace commands {
namespace {

using gnet::dns::type_of;

constexpr std::uint16_t kTransfers[] = {251, 252};  // IXFR, AXFR

std::vector<std::uint16_t> types_of_all() {
  std::vector<std::uint16_t> types;
  for (const char* name : {"A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "CAA", "HTTPS"}) {
    types.push_back(type_of(name).value());
  }
  return types;
}

std::vector<std::string> split_blanks(std::string_view line) {
  std::vector<std::string> words;
  for (line = cli::trim(line); !line.empty(); line = cli::trim(line)) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

}  // namespace

DnsWords DnsWords::parse(const std::vector<std::string>& words) {
  DnsWords sorted;
  for (const std::string& word : words) {
    if (word == "-") {
      sorted.standard_input = true;
    } else if (word.starts_with('@')) {
      sorted.servers.push_back(word.substr(1));
    } else if (const auto type = type_of(word)) {
      if (std::ranges::find(kTransfers, *type) != std::end(kTransfers)) {
        throw cli::UsageError(fmt::format("'{}' transfers a zone, which is no question", word),
                              "a name that is called so is written with a dot behind it");
      }
      sorted.types.push_back(*type);
    } else {
      sorted.names.push_back(word);
    }
  }
  return sorted;
}

DnsQuestions::DnsQuestions(const DnsOptions& options, const DnsWords& words)
    : options_(options), types_(words.types) {
  const auto number = gnet::dns::class_of(options.class_name);
  if (!number) {
    throw cli::UsageError(
        fmt::format("bad value '{}' for --class: must be IN, CH, HS, ANY or "
                    "CLASS and a number",
                    options.class_name));
  }
  class_number_ = *number;
  if (options.all && !types_.empty()) {
    throw cli::UsageError("--all and a type exclude each other");
  }
  if (options.all && options.reverse) {
    throw cli::UsageError("--all and --reverse exclude each other");
  }
  if (options.all) types_ = types_of_all();
  if (types_.empty()) types_ = {options.reverse ? type_of("PTR").value() : gnet::dns::kA};
  if (words.names.empty() && !words.standard_input) {
    throw cli::UsageError("NAME is missing: what to ask for",
                          words.types.empty() ? ""
                                              : "a name that is called like a type of records "
                                                "is written with a dot behind it");
  }
  add(words.names, types_);
  if (words.standard_input) input_.emplace();
}

std::optional<DnsQuestion> DnsQuestions::next() {
  while (waiting_.empty()) {
    if (!input_ || !read_line()) return std::nullopt;
  }
  DnsQuestion question = std::move(waiting_.front());
  waiting_.pop_front();
  question.number = count_++;
  return question;
}

bool DnsQuestions::read_line() {
  const auto line = input_->line();
  if (!line) return false;
  ++lines_;
  try {
    add_line(cli::trim(*line));
  } catch (const cli::UsageError& error) {
    throw cli::UsageError(fmt::format("line {} of standard input: {}", lines_, error.what()),
                          error.hint());
  }
  return true;
}

void DnsQuestions::add_line(std::string_view line) {
  if (line.empty() || line.starts_with('#') || line.starts_with(';')) return;
  const DnsWords words = DnsWords::parse(split_blanks(line));
  if (!words.servers.empty() || words.standard_input || words.names.empty()) {
    throw cli::UsageError(fmt::format("'{}' must be a name, and perhaps types", line));
  }
  add(words.names, words.types.empty() ? types_ : words.types);
}

void DnsQuestions::add(const std::vector<std::string>& names,
                       const std::vector<std::uint16_t>& types) {
  for (const std::string& name : names) {
    const std::string asked = asked_name(name);
    for (const std::uint16_t type : types) {
      // What cannot be asked for is found out before anything is.
      try {
        static_cast<void>(gnet::dns::build_query({asked, type, class_number_}, 0));
      } catch (const gnet::dns::BadName& error) {
        throw cli::UsageError(error.what());
      }
      waiting_.push_back({0, name, asked, type, class_number_, options_.all});
    }
  }
}

std::string DnsQuestions::asked_name(const std::string& name) const {
  if (options_.reverse) {
    asio::error_code error;
    const auto address = asio::ip::make_address(name, error);
    if (error) {
      throw cli::UsageError(fmt::format("bad address '{}': --reverse wants those", name));
    }
    return gnet::dns::reverse_name(address);
  }
  if (std::ranges::all_of(name, [](unsigned char letter) { return letter < 0x80; })) return name;
  try {
    return gnet::ascii_host(name);
  } catch (const gnet::ResolveError& error) {
    throw cli::UsageError(error.what());
  }
}

}  // namespace commands
