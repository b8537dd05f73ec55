// What the control socket answers: one object for programs, text for people.
//
//   ControlReply reply;
//   reply.facts.add("services", 2);
//   reply.text = "2 services\n";
//
// In JSON it is {"ok":true,"op":"list",…} or {"ok":false,"op":"stop","code":11,"name":
// "no-instance","message":"…"} on one line; in plain words it is the text and an empty line.
//
// Threads: one at a time.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/control/request.h"
#include "cli/out/exit_status.h"
#include "cli/out/json.h"

namespace cli {

struct ControlReply {
  Exit code = Exit::ok;      // what `gnet ctl` ends with
  std::string message = {};  // why it is another
  JsonObject facts = {};
  std::string text = {};  // whole lines; empty: "ok" will do

  [[nodiscard]] static ControlReply failure(Exit code, std::string message);
};

// As it is sent, with its end of line.
[[nodiscard]] std::string render(const ControlRequest& request, const ControlReply& reply);

// A list of objects as JSON.
[[nodiscard]] std::string json_list(const std::vector<JsonObject>& items);

// Columns that are as wide as they must be, the first row in front.
[[nodiscard]] std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace cli
