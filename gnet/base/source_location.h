// Where in the source something was asked for: std::source_location, also for compilers whose
// standard library has none (clang 14 with libstdc++).
//
//   Fiber<void> spawn(F body, SourceLocation where = SourceLocation::current());
//
// Threads: a plain value.

#pragma once

#include <version>

#ifdef __cpp_lib_source_location
#include <source_location>
#else
#include <cstdint>
#endif

namespace gnet {

#ifdef __cpp_lib_source_location

using SourceLocation = std::source_location;

#else

class SourceLocation {
 public:
  constexpr SourceLocation() noexcept = default;

  // As a default argument: the place of the call.
  [[nodiscard]] static constexpr SourceLocation current(
      const char* file = __builtin_FILE(), const char* function = __builtin_FUNCTION(),
      std::uint_least32_t line = __builtin_LINE()) noexcept {
    SourceLocation here;
    here.file_ = file;
    here.function_ = function;
    here.line_ = line;
    return here;
  }

  [[nodiscard]] constexpr const char* file_name() const noexcept { return file_; }
  [[nodiscard]] constexpr const char* function_name() const noexcept { return function_; }
  [[nodiscard]] constexpr std::uint_least32_t line() const noexcept { return line_; }
  [[nodiscard]] constexpr std::uint_least32_t column() const noexcept { return 0; }

 private:
  const char* file_ = "";
  const char* function_ = "";
  std::uint_least32_t line_ = 0;
};

#endif

}  // namespace gnet
