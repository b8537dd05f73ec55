// Requests at a control socket: what is one has an operation of the table and all that this needs,
// and written as JSON it is read as the same; what is none is refused, and nothing else.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/control/request.h"
#include "gnet/base/utf8.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool all_utf8(const cli::ControlRequest& request) {
  for (const auto& [name, value] : request.fields) {
    if (!gnet::is_utf8(value)) return false;
  }
  for (const std::string& word : request.words) {
    if (!gnet::is_utf8(word)) return false;
  }
  return true;
}

void check(const cli::ControlRequest& request) {
  const cli::ControlOperation* const operation = cli::find_control_operation(request.op);
  require(operation != nullptr);
  for (std::size_t i = 0; i < operation->needed; ++i) {
    require(request.has(operation->arguments[i]));
  }
  require(request.words.empty() || operation->rest == cli::ControlOperation::Rest::words);
  // JSON has no bytes that are not UTF-8.
  if (!all_utf8(request)) return;
  const std::string json = request.to_json();
  if (json.size() > cli::ControlRequest::kLongest) return;
  const cli::ControlRequest again = cli::parse_request(json);
  require(again.op == request.op && again.fields == request.fields);
  require(again.words == request.words && again.with_text == request.with_text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    check(cli::parse_request({reinterpret_cast<const char*>(data), size}));
  } catch (const cli::BadRequest&) {
    // So it is told.
  }
  return 0;
}
