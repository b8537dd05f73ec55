// Parses a browser's request as often as its argument says, for callgrind to count.

#include <cstdlib>

#include "bench/probes/browser_request.h"
#include "gnet/http/request_parser.h"

int main(int argc, char** argv) {
  gnet::http::RequestParser parser;
  for (long left = argc > 1 ? std::atol(argv[1]) : 1; left > 0; --left) {
    parser.reset();
    if (parser.parse(bench::kBrowserRequest) != gnet::http::Parsed::complete) return 1;
    if (parser.head().fields().size() != 9) return 1;
  }
}
