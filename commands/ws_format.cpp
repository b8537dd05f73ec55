#include "commands/ws_format.h"

#include <fmt/format.h>

#include <stdexcept>

#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "commands/json_rpc.h"
#include "gnet/base/utf8.h"
#include "gnet/http/base64.h"

namespace commands {

using gnet::ws::Message;
using gnet::ws::Opcode;

namespace {

std::string event_of(const Message& message) {
  cli::JsonObject event = cli::event("message");
  event.add("opcode", message.is_text() ? "text" : "binary");
  if (message.is_text()) {
    event.add("data", message.data);
  } else {
    event.add("data_base64", gnet::http::base64_encode(message.data));
  }
  return event.text() + "\n";
}

}  // namespace

WsFormat::Outgoing WsFormat::outgoing(const std::string& record) {
  if (options_.base64) {
    auto bytes = gnet::http::base64_decode(record);
    if (!bytes) throw std::invalid_argument("this is no base64");
    return {Opcode::binary, std::move(*bytes)};
  }
  if (options_.jsonrpc) {
    std::string call = json_rpc_call(record, calls_ + 1);
    ++calls_;
    return {Opcode::text, std::move(call)};
  }
  const bool is_text = !options_.binary && gnet::is_utf8(record);
  return {is_text ? Opcode::text : Opcode::binary, record};
}

std::string WsFormat::incoming(const Message& message) const {
  if (options_.json) return event_of(message);
  std::string text;
  if (options_.timestamps) text += cli::utc_timestamp() + ' ';
  if (options_.base64) {
    text += gnet::http::base64_encode(message.data);
  } else if (for_people_) {
    text += marked(message);
  } else {
    if (options_.binary) return text + framed(message.data);
    text += message.data;
  }
  return text + (options_.null ? '\0' : '\n');
}

std::string WsFormat::framed(std::string_view data) const {
  std::string text;
  try {
    codec_.append(data, text);
  } catch (const gnet::MessageTooLong& error) {
    throw cli::Failure(cli::Exit::io, fmt::format("cannot print {}", error.what()));
  }
  return text;
}

std::string WsFormat::marked(const Message& message) const {
  const std::string text = message.is_text()
                               ? gnet::printable(message.data)
                               : fmt::format("({} bytes) {}", message.data.size(),
                                             gnet::printable(message.data.substr(0, 64)));
  return color_ ? "\x1b[36m< " + text + "\x1b[0m" : "< " + text;
}

}  // namespace commands
