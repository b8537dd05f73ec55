// Why a message is not accepted.
//
//   if (parser.refusal()) answer(parser.refusal().status, parser.refusal().reason);
//
// Threads: a value.

#pragma once

#include <string_view>

namespace gnet::http {

struct Refusal {
  int status = 0;                // what a server answers with; 0: nothing is refused
  std::string_view reason = {};  // for people, in a few words; of static storage

  explicit operator bool() const noexcept { return status != 0; }
};

}  // namespace gnet::http
