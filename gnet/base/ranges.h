// std::ranges' concepts, begin() and end(), without its views.
//
// <ranges> is a fifth of a second in every file that sees it, nearly all of it for views,
// which no header of this library needs. Where the standard library keeps the concepts in a
// file of their own, this is that file; elsewhere it is <ranges>.
//
//   template <std::ranges::input_range Range>
//   auto map(Range&& items);
//
// Threads: types and functions without state.

#pragma once

#if __has_include(<bits/ranges_base.h>)
#include <bits/ranges_base.h>
#else
#include <ranges>
#endif
