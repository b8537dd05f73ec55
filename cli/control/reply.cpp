#include "cli/control/reply.h"

#include <algorithm>

#include "gnet/base/utf8.h"

namespace cli {

ControlReply ControlReply::failure(Exit code, std::string message) {
  ControlReply reply;
  reply.code = code;
  reply.message = std::move(message);
  return reply;
}

std::string render(const ControlRequest& request, const ControlReply& reply) {
  const bool ok = reply.code == Exit::ok;
  std::string text = reply.text;
  if (!ok) text += "error: " + gnet::printable(reply.message) + "\n";
  if (text.empty()) text = "ok\n";
  if (!request.json) return text + "\n";
  JsonObject object;
  object.add("ok", ok).add("op", request.op);
  if (!ok) {
    object.add("code", static_cast<int>(reply.code))
        .add("name", exit_name(reply.code))
        .add("message", reply.message);
  }
  object.merge(reply.facts);
  if (request.with_text) object.add("text", text);
  return object.text() + "\n";
}

std::string json_list(const std::vector<JsonObject>& items) {
  std::string text;
  for (const JsonObject& item : items) text += (text.empty() ? "" : ",") + item.text();
  return "[" + text + "]";
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace cli
