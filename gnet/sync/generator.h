// A function that hands out values one at a time, and runs only when asked.
//
// The body gets a Yield: calling it hands a value to whoever asked, and parks the body
// until it is asked again. next() asks, send() asks and gives the body a value. The body
// runs on a fiber of its own, so that it may block in the middle; meanwhile whoever asked
// is parked.
//
//   gnet::Generator<int> evens([](auto& yield) { for (int i = 0;; i += 2) yield(i); });
//   for (int& number : evens) if (number > 10) break;
//
//   gnet::Generator<void, std::string> consumer([](auto& yield) {
//     while (auto task = yield()) print(*task);
//   });
//   consumer.next();                           // up to the first yield
//   consumer.send("task 0");
//
// An error of the body is thrown to whoever asked, and ends the generator. Destroying a
// generator kills a body that has not ended, and suspends until it has; the body itself may not
// do that.
//
// Threads: a Generator belongs to the hub on which it was made; use from another thread
// throws Misuse.

#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "gnet/base/source_location.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/item_iterator.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {
namespace detail {

// What all generators are made of: taking turns.
class GeneratorTurns {
 public:
  GeneratorTurns() = default;
  GeneratorTurns(const GeneratorTurns&) = delete;
  GeneratorTurns& operator=(const GeneratorTurns&) = delete;

  [[nodiscard]] bool ended() const noexcept { return ended_; }

  // Throws Misuse unless the calling fiber may ask, or its pending interrupt.
  void check_can_ask() const;

  // As check_can_ask(), and throws Misuse unless the body waits at a yield. To be called before
  // anything is told: it would stay for a later call.
  void check_can_be_told() const;

  // Has the body run, unless it runs or has `answered`, and suspends until it yields or
  // ends; throws the error with which it ends.
  void ask(bool answered);

  // Throws `error` at the yield at which the body waits.
  void throw_into(std::exception_ptr error);

  // For the body: hands the turn back, and suspends until it is asked again.
  void hand_back();
  void end(std::exception_ptr error) noexcept;

  // Kills the body and suspends until it has ended.
  void close() noexcept;

  Fiber<> body;

 private:
  void resume();

  bool started_ = false;
  bool running_ = false;  // asked, and has not handed back yet
  bool ended_ = false;
  bool closing_ = false;
  bool asking_ = false;        // somebody waits for an answer
  std::exception_ptr thrown_;  // into the body
  std::exception_ptr error_;   // of the body
  WaitQueue asked_;
  WaitQueue answered_;
};

}  // namespace detail

template <typename Out, typename In = void>
class Generator {
  struct State;

 public:
  // What next() and send() return: a value, or nothing once the body has ended; without
  // values, whether it has not.
  using Answer = std::conditional_t<std::is_void_v<Out>, bool, std::optional<Out>>;
  // What the body's yield returns: what was sent, or nothing when next() was called.
  using Reply = std::conditional_t<std::is_void_v<In>, void, std::optional<In>>;

  class Yield {
   public:
    // Hands out a value, and suspends until asked for the next.
    template <typename U = Out>
    requires std::constructible_from<detail::Stored<Out>, U &&> Reply operator()(U&& value) {
      state_.out.emplace(std::forward<U>(value));
      return hand_back();
    }
    Reply operator()() requires std::is_void_v<Out> {
      state_.out.emplace();
      return hand_back();
    }

   private:
    friend class Generator;
    explicit Yield(State& state) noexcept : state_(state) {}

    Reply hand_back() {
      state_.hand_back();
      if constexpr (!std::is_void_v<In>) return std::exchange(state_.in, std::nullopt);
    }

    State& state_;
  };

  // `body(Yield&)` begins when it is first asked.
  template <typename F>
  requires std::invocable<F&, Yield&>
  explicit Generator(F&& body, SourceLocation where = SourceLocation::current())
      : state_(std::make_shared<State>()) {
    state_->body = Fiber<>::create(
        [state = state_.get(), body = std::decay_t<F>(std::forward<F>(body))]() mutable {
          std::exception_ptr error;
          try {
            Yield yield(*state);
            body(yield);
          } catch (const FiberExit&) {
            state->end(nullptr);
            throw;
          } catch (const Cancelled&) {
            state->end(nullptr);
            throw;
          } catch (...) {
            error = std::current_exception();
          }
          state->end(std::move(error));
        },
        {}, where);
  }
  Generator(Generator&&) noexcept = default;
  Generator& operator=(Generator&& other) noexcept {
    Generator old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~Generator() {
    if (state_) state_->close();
  }

  // Whether the body has ended.
  [[nodiscard]] bool done() const noexcept { return state_->ended(); }

  // Runs the body up to its next yield, or its end. Throws the body's error. When the
  // caller is interrupted the value is not lost: the next call returns it.
  Answer next() {
    const auto state = state_;  // may be destroyed meanwhile
    return answer(*state);
  }

  // As next(), with a value for the yield at which the body waits. Throws Misuse before
  // the first next().
  template <typename U = In>
  requires(!std::is_void_v<In> && std::constructible_from<detail::Stored<In>, U&&>) Answer
      send(U&& value) {
    const auto state = state_;
    state->check_can_be_told();
    state->in.emplace(std::forward<U>(value));
    return answer(*state);
  }

  // As next(), but throws `error` from the yield at which the body waits.
  Answer throw_into(std::exception_ptr error) {
    const auto state = state_;
    state->check_can_be_told();
    state->throw_into(std::move(error));
    return answer(*state);
  }

  // for (auto& value : generator)
  using Iterator = detail::ItemIterator<Generator, Out>;
  [[nodiscard]] Iterator begin() requires(!std::is_void_v<Out>) { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  // Waitable, see gnet/fiber/wait.h: the body has ended.
  [[nodiscard]] bool ready() const noexcept { return done(); }
  void add_waiter(detail::Waiter& waiter) const { state_->body.add_waiter(waiter); }

 private:
  struct State : detail::GeneratorTurns {
    std::optional<detail::Stored<Out>> out;
    std::optional<detail::Stored<In>> in;
  };

  static Answer answer(State& state) {
    state.ask(state.out.has_value());
    if constexpr (std::is_void_v<Out>) {
      return std::exchange(state.out, std::nullopt).has_value();
    } else {
      return std::exchange(state.out, std::nullopt);
    }
  }

  std::shared_ptr<State> state_;
};

}  // namespace gnet
