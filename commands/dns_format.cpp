#include "commands/dns_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "cli/out/plural.h"
#include "commands/echo_report.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

using gnet::dns::Message;
using gnet::dns::Record;

std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

bool is_wanted(const DnsQuestion& question, const Record& record) {
  return question.type == gnet::dns::kANY || record.type == question.type;
}

std::string joined(const std::vector<std::string>& items, std::string_view between) {
  return fmt::format("{}", fmt::join(items, between));
}

// ---- text ----

std::string records_text(const DnsOutcome& outcome, const DnsOptions& options) {
  std::string text;
  for (const Record& record : outcome.message->answers) {
    if (!options.brief) {
      // What the system says holds for nobody knows how long.
      text += outcome.server.empty() ? fmt::format("{} {} {}\n", record.name,
                                                   gnet::dns::type_name(record.type), record.text)
                                     : record.to_string() + "\n";
    } else if (is_wanted(outcome.question, record)) {
      text += record.text + "\n";
    }
  }
  return text;
}

// What EDNS says, where it was asked for.
std::string edns_text(const gnet::dns::EDNS& edns, const DnsOptions& options) {
  std::string text;
  if (options.nsid && edns.nsid) {
    text += fmt::format("; nsid: {} ({})\n", gnet::printable(*edns.nsid), hex_of(*edns.nsid));
  }
  if (options.cookie && !edns.cookie.empty()) {
    text += fmt::format("; cookie: {}\n", hex_of(edns.cookie));
  }
  if (!options.subnet.empty() && edns.subnet) text += fmt::format("; subnet: {}\n", *edns.subnet);
  if (options.padding && edns.padding) {
    text += fmt::format("; padding: {}\n", cli::plural(*edns.padding, "byte"));
  }
  if (options.extended_errors) {
    for (const auto& error : edns.errors) {
      text += fmt::format("; extended error {}: {}\n", error.code, error.to_string());
    }
  }
  return text;
}

std::string stats_text(const DnsOutcome& outcome) {
  std::string text =
      fmt::format("; {}: {}, {}", outcome.source(), outcome.status(), rtt_text(outcome.time));
  if (outcome.size > 0) text += ", " + cli::plural(outcome.size, "byte");
  const std::string flags = outcome.message->flags();
  if (!flags.empty()) text += ", flags " + flags;
  if (outcome.message->edns) {
    text += fmt::format(", EDNS {}", outcome.message->edns->udp_size);
  }
  if (outcome.over_tcp) text += ", was too large for UDP";
  if (outcome.sent > 1) text += fmt::format(", sent {} times", outcome.sent);
  return text + "\n";
}

// ---- JSON ----

void add_field(cli::JsonObject& object, const gnet::dns::Field& field) {
  if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
    object.add(field.name, *number);
  } else if (const auto* text = std::get_if<std::string>(&field.value)) {
    object.add(field.name, *text);
  } else {
    object.add(field.name, std::get<std::vector<std::string>>(field.value));
  }
}

std::string json_of(const Record& record, bool has_ttl) {
  cli::JsonObject object;
  object.add("name", record.name);
  object.add("type", gnet::dns::type_name(record.type));
  object.add("class", gnet::dns::class_name(record.class_number));
  if (has_ttl) object.add("ttl", record.ttl);
  object.add("data", record.text);
  for (const auto& field : record.fields) add_field(object, field);
  return object.text();
}

std::string json_of(const std::vector<Record>& records, bool has_ttl) {
  std::vector<std::string> items;
  for (const Record& record : records) items.push_back(json_of(record, has_ttl));
  return "[" + joined(items, ",") + "]";
}

cli::JsonObject json_of(const gnet::dns::EDNS& edns) {
  cli::JsonObject object;
  object.add("udp_size", edns.udp_size).add("version", edns.version).add("do", edns.dnssec);
  if (edns.nsid) object.add("nsid", *edns.nsid).add("nsid_hex", hex_of(*edns.nsid));
  if (!edns.cookie.empty()) object.add("cookie_hex", hex_of(edns.cookie));
  if (edns.subnet) object.add("subnet", *edns.subnet);
  if (edns.padding) object.add("padding", *edns.padding);
  std::vector<std::string> errors;
  for (const auto& error : edns.errors) {
    cli::JsonObject item;
    item.add("code", error.code).add("name", gnet::dns::extended_error_name(error.code));
    errors.push_back(item.add("text", error.text).text());
  }
  if (!errors.empty()) object.raw("extended_errors", "[" + joined(errors, ",") + "]");
  return object;
}

std::vector<std::string> words_of_flags(const Message& message) {
  std::vector<std::string> words;
  const std::string flags = message.flags();
  for (std::size_t at = 0; at < flags.size(); at += 3) words.push_back(flags.substr(at, 2));
  return words;
}

}  // namespace

std::string DnsOutcome::source() const {
  return server.empty() ? "the system" : server;
}

bool DnsOutcome::has_answer() const {
  return message && message->rcode == gnet::dns::kNoError &&
         std::ranges::any_of(message->answers,
                             [this](const Record& record) { return is_wanted(question, record); });
}

std::string DnsOutcome::status() const {
  if (!message) return failure && failure->code() == cli::Exit::timeout ? "TIMEOUT" : "ERROR";
  if (message->rcode == gnet::dns::kNoError && !has_answer()) return "NODATA";
  return gnet::dns::rcode_name(message->rcode);
}

cli::Exit DnsOutcome::exit() const {
  return failure ? failure->code() : cli::Exit::ok;
}

std::string title_of(const DnsQuestion& question) {
  return fmt::format("{} {}", gnet::printable(question.name), gnet::dns::type_name(question.type));
}

std::string text_of(const DnsOutcome& outcome, const DnsOptions& options) {
  if (!outcome.message) return {};
  std::string text = records_text(outcome, options);
  if (options.brief) return text;
  if (outcome.message->edns) text += edns_text(*outcome.message->edns, options);
  if (options.stats) text += stats_text(outcome);
  return text;
}

std::string line_of(const DnsOutcome& outcome) {
  std::string text =
      fmt::format("{} seq={}: ", title_of(outcome.question), outcome.question.number + 1);
  if (!outcome.message) {
    return text + gnet::printable(outcome.failure ? outcome.failure->what() : "no answer") + "\n";
  }
  return text + fmt::format("{} from {}, {}, {}\n", outcome.status(), outcome.source(),
                            cli::plural(outcome.message->answers.size(), "record"),
                            rtt_text(outcome.time));
}

cli::JsonObject json_of(const DnsOutcome& outcome) {
  const DnsQuestion& question = outcome.question;
  cli::JsonObject object;
  object.add("name", question.name).add("type", gnet::dns::type_name(question.type));
  object.add("class", gnet::dns::class_name(question.class_number));
  object.add("status", outcome.status());
  if (!outcome.message) {
    if (outcome.failure) {
      object.add("code", static_cast<int>(outcome.failure->code()));
      object.add("error", outcome.failure->what());
    }
    return object;
  }
  const Message& message = *outcome.message;
  if (!outcome.server.empty()) object.add("server", outcome.server);
  object.add("time_us", std::chrono::duration<double, std::micro>(outcome.time).count());
  if (outcome.server.empty()) return object;
  object.add("bytes", outcome.size).add("sent", outcome.sent).add("over_tcp", outcome.over_tcp);
  object.add("flags", words_of_flags(message));
  object.add("records", message.answers.size());
  object.raw("authority", json_of(message.authority, true));
  object.raw("additional", json_of(message.additional, true));
  if (message.edns) object.add("edns", json_of(*message.edns));
  return object;
}

std::vector<std::string> json_answers(const DnsOutcome& outcome) {
  std::vector<std::string> items;
  if (!outcome.message) return items;
  for (const Record& record : outcome.message->answers) {
    items.push_back(json_of(record, !outcome.server.empty()));
  }
  return items;
}

std::string json_document(const std::vector<std::string>& answers,
                          const std::vector<std::string>& questions) {
  return cli::JsonObject()
      .raw("answers", "[" + joined(answers, ",") + "]")
      .raw("questions", "[" + joined(questions, ",") + "]")
      .text();
}

}  // namespace commands
