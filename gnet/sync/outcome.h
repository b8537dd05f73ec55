// What became of a call: its value, or the error that it ended with.
//
//   gnet::Pool pool(8);
//   for (gnet::Outcome<Page>& page : pool.map_outcomes(urls, fetch)) {
//     if (page) show(*page); else log().warn("{}", gnet::describe(page.error()));
//   }
//
// Threads: a plain value.

#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "gnet/base/error.h"

namespace gnet {

template <typename T>
class [[nodiscard]] Outcome {
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

 public:
  // Calls `function`. An Interrupt is none of its outcomes, and passes.
  template <typename F>
  static Outcome of(F&& function) {
    Outcome outcome;
    try {
      if constexpr (std::is_void_v<T>) {
        std::forward<F>(function)();
        outcome.value_.emplace();
      } else {
        outcome.value_.emplace(std::forward<F>(function)());
      }
    } catch (const Interrupt&) {
      throw;
    } catch (...) {
      outcome.error_ = std::current_exception();
    }
    return outcome;
  }

  // Whether there is a value.
  explicit operator bool() const noexcept { return value_.has_value(); }

  // What it threw, or null.
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

  // The value, or throws the error.
  T get() && {
    if (error_) std::rethrow_exception(error_);
    if constexpr (!std::is_void_v<T>) return std::move(*value_);
  }
  std::add_lvalue_reference_t<const T> get() const& {
    if (error_) std::rethrow_exception(error_);
    if constexpr (!std::is_void_v<T>) return *value_;
  }

  // The value, where there is one; undefined otherwise.
  [[nodiscard]] Value& operator*() noexcept { return *value_; }
  [[nodiscard]] const Value& operator*() const noexcept { return *value_; }
  [[nodiscard]] Value* operator->() noexcept { return &*value_; }
  [[nodiscard]] const Value* operator->() const noexcept { return &*value_; }

 private:
  std::optional<Value> value_;
  std::exception_ptr error_;
};

}  // namespace gnet
