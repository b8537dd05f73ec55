// The same as probes/parse_request.cpp by http_parser, which Node had until version 12. It finds
// the ends of names and values, and not which fields they are.

#include <http_parser.h>

#include <cstdlib>

#include "bench/probes/browser_request.h"

int main(int argc, char** argv) {
  static int fields = 0;
  http_parser_settings settings{};
  settings.on_header_field = [](http_parser*, const char*, size_t) {
    ++fields;
    return 0;
  };
  settings.on_header_value = [](http_parser*, const char*, size_t) { return 0; };
  settings.on_url = settings.on_header_value;
  http_parser parser{};
  for (long left = argc > 1 ? std::atol(argv[1]) : 1; left > 0; --left) {
    http_parser_init(&parser, HTTP_REQUEST);
    const auto request = bench::kBrowserRequest;
    fields = 0;
    if (http_parser_execute(&parser, &settings, request.data(), request.size()) != request.size() ||
        fields != 9) {
      return 1;
    }
  }
}
