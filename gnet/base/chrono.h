// std::chrono's durations and clocks, without its calendars, time zones and text.
//
// <chrono> of C++20 is a quarter of a second in every file that sees it, most of it for what
// no header of this library needs. Where the standard library keeps durations and clocks in a
// file of their own, this is that file; elsewhere it is <chrono>.
//
//   #include "gnet/base/chrono.h"
//   using namespace std::chrono_literals;
//
// Threads: types and functions without state.

#pragma once

#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
