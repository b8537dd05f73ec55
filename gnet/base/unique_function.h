// A callable that is owned and moved but never copied: what std::function is
// not, and what std::move_only_function will be.
//
//   gnet::UniqueFunction<void()> job = [file = std::move(file)] { file->close(); };
//   job();
//
// Threads: as what it holds.

#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace gnet {

template <typename Signature>
class UniqueFunction;

namespace detail {

// Whether a function is one that can be empty, and is: std::function, a pointer, UniqueFunction.
template <typename F>
[[nodiscard]] bool is_empty_function(const F& function) noexcept {
  if constexpr (std::is_pointer_v<F> || requires { function.operator bool(); }) {
    return !function;
  } else {
    return false;
  }
}

// Throws Misuse.
[[noreturn]] void throw_empty_function();

}  // namespace detail

template <typename R, typename... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() noexcept = default;

  template <typename F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, UniqueFunction> &&
           std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
      UniqueFunction(F&& function)  // NOLINT: implicit, as std::function is
  {
    if (detail::is_empty_function<std::decay_t<F>>(function)) return;
    target_ = std::make_unique<Target<std::decay_t<F>>>(std::forward<F>(function));
  }

  explicit operator bool() const noexcept { return target_ != nullptr; }

  // Calling an empty UniqueFunction is undefined.
  R operator()(Args... args) { return target_->call(std::forward<Args>(args)...); }

 private:
  struct Callable {
    virtual ~Callable() = default;
    virtual R call(Args... args) = 0;
  };

  template <typename F>
  struct Target final : Callable {
    template <typename G>
    explicit Target(G&& g) : function(std::forward<G>(g)) {}
    R call(Args... args) override {
      if constexpr (std::is_void_v<R>) {
        function(std::forward<Args>(args)...);
      } else {
        return function(std::forward<Args>(args)...);
      }
    }
    F function;
  };

  std::unique_ptr<Callable> target_;
};

}  // namespace gnet
