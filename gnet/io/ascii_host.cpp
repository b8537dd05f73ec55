#include "gnet/io/ascii_host.h"

#include <idn2.h>
#include <netdb.h>

#include <algorithm>
#include <memory>

#include "gnet/io/resolver.h"

namespace gnet {

std::string ascii_host(std::string name) {
  if (std::ranges::all_of(name, [](char c) { return (c & '\x80') == 0; })) return name;
  char* text = nullptr;
  const int result = idn2_to_ascii_8z(name.c_str(), &text, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, decltype(&idn2_free)> ascii(text, idn2_free);
  if (result == IDN2_MALLOC) throw std::bad_alloc();
  if (result != IDN2_OK) {
    throw ResolveError({EAI_NONAME, resolve_category()}, name, idn2_strerror(result));
  }
  // Of characters that count for nothing there may be nothing left.
  if (*text == '\0') throw ResolveError({EAI_NONAME, resolve_category()}, name);
  return text;
}

}  // namespace gnet
