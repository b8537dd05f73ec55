// Whether valgrind runs the tests: some of what they do to the process is valgrind's own business.

#pragma once

namespace test {

[[nodiscard]] bool on_valgrind();

}  // namespace test
