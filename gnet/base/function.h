// std::function by itself.
//
// <functional> brings searchers, hash tables and algorithms along, which no header of this
// library needs. Where the standard library keeps std::function in a file of its own, this is
// that file; elsewhere it is <functional>.
//
//   using ErrorHandler = std::function<void(std::exception_ptr)>;
//
// Threads: as std::function.

#pragma once

#if __has_include(<bits/std_function.h>)
#include <bits/std_function.h>
#else
#include <functional>
#endif
