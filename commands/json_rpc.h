// Calls by JSON-RPC 2.0, as people type them: a method and its parameters.
//
//   json_rpc_call("add 2 3", 7);          // {"jsonrpc":"2.0","id":7,"method":"add","params":[2,3]}
//   json_rpc_call("find {\"n\": 1}", 8);  // …"params":{"n": 1}}
//   json_rpc_call("say \"hi\", null", 9); // …"params":["hi", null]}
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace commands {

// Parameters are an object, an array, or what is in an array, with blanks or commas between. A line
// that is a JSON object or array, such as a call already, stays as it is. Throws
// std::invalid_argument for parameters that are no JSON, and where there is no method.
[[nodiscard]] std::string json_rpc_call(std::string_view line, std::uint64_t id);

}  // namespace commands
