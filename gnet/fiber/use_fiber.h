// Calls any asynchronous operation of Asio, or of a library built on it, as if it
// blocked.
//
// use_fiber is a completion token: the operation suspends the fiber, and its
// results are returned. An error_code in front is thrown as std::system_error.
//
//   asio::steady_timer timer(gnet::Hub::current().io_context(), 1s);
//   timer.async_wait(gnet::use_fiber);
//   std::size_t n = asio::async_read(socket, buffer, gnet::use_fiber);
//
// An interrupted fiber cancels the operation and waits for its end before it
// unwinds, because the operation may still use the fiber's buffers.
//
// Threads: the operation may complete on any thread.

#pragma once

#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/scheduler.h"

namespace gnet {

struct UseFiber {};
inline constexpr UseFiber use_fiber{};

namespace detail {

inline constexpr WaitKind kAsioWait{"an asynchronous operation"};

// Shared by the waiting fiber and the handler.
template <typename... Args>
struct Completion {
  detail::Scheduler* hub;
  std::shared_ptr<Mailbox> mailbox;
  FiberControl* fiber;
  asio::cancellation_signal cancel;
  std::optional<std::tuple<std::decay_t<Args>...>> results;
  bool abandoned = false;  // the handler was destroyed without being called

  void wait() {
    const detail::Scheduler::KeepAlive keep_alive(*hub);
    try {
      while (!ended()) hub->park(kAsioWait, this);
    } catch (...) {
      cancel.emit(asio::cancellation_type::all);
      const Uninterruptible wait_out;
      while (!ended()) hub->park(kAsioWait, this);
      throw;
    }
    if (abandoned) throw std::system_error(asio::error::operation_aborted);
  }

  [[nodiscard]] bool ended() const noexcept { return results || abandoned; }
};

template <typename... Args>
struct CompletionHandler {
  using cancellation_slot_type = asio::cancellation_slot;

  explicit CompletionHandler(std::shared_ptr<Completion<Args...>> shared) noexcept
      : completion(std::move(shared)) {}
  CompletionHandler(CompletionHandler&&) noexcept = default;
  CompletionHandler& operator=(CompletionHandler&&) = delete;
  ~CompletionHandler() {
    if (completion == nullptr) return;
    if (detail::Scheduler::current_if_any() == completion->hub) {
      abandon(*completion);
      return;
    }
    const auto mailbox = completion->mailbox;
    mailbox->post([completion = std::move(completion)] { abandon(*completion); });
  }

  static void abandon(Completion<Args...>& done) noexcept {
    done.abandoned = true;
    done.hub->make_ready(*done.fiber);
  }

  std::shared_ptr<Completion<Args...>> completion;

  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
    return completion->cancel.slot();
  }

  void operator()(Args... args) {
    auto done = std::move(completion);
    if (detail::Scheduler::current_if_any() == done->hub) {
      done->results.emplace(std::move(args)...);
      done->hub->make_ready(*done->fiber);
      return;
    }
    const auto mailbox = done->mailbox;
    mailbox->post([completion = std::move(done),
                   results = std::tuple<std::decay_t<Args>...>(std::move(args)...)]() mutable {
      completion->results.emplace(std::move(results));
      completion->hub->make_ready(*completion->fiber);
    });
  }
};

// What a blocking call makes of the results: throws an error in front, and returns
// the rest.
inline void blocking_result(std::tuple<>&&) {}

template <typename First, typename... Rest>
auto blocking_result(std::tuple<First, Rest...>&& results) {
  if constexpr (std::is_same_v<First, std::error_code>) {
    if (std::get<0>(results)) throw std::system_error(std::get<0>(results));
    return std::apply(
        [](First&, Rest&... rest) {
          return blocking_result(std::tuple<Rest...>(std::move(rest)...));
        },
        results);
  } else if constexpr (std::is_same_v<First, std::exception_ptr>) {
    if (std::get<0>(results)) std::rethrow_exception(std::get<0>(results));
    return std::apply(
        [](First&, Rest&... rest) {
          return blocking_result(std::tuple<Rest...>(std::move(rest)...));
        },
        results);
  } else if constexpr (sizeof...(Rest) == 0) {
    return std::move(std::get<0>(results));
  } else {
    return std::move(results);
  }
}

}  // namespace detail
}  // namespace gnet

template <typename R, typename... Args>
class asio::async_result<gnet::UseFiber, R(Args...)> {
 public:
  template <typename Initiation, typename... InitArgs>
  static auto initiate(Initiation&& initiation, const gnet::UseFiber&, InitArgs&&... args) {
    gnet::detail::Scheduler& hub = gnet::detail::Scheduler::current();
    hub.checkpoint();
    auto completion = std::make_shared<gnet::detail::Completion<Args...>>();
    completion->hub = &hub;
    completion->mailbox = hub.mailbox();
    completion->fiber = hub.running_if_any();
    std::forward<Initiation>(initiation)(gnet::detail::CompletionHandler<Args...>{completion},
                                         std::forward<InitArgs>(args)...);
    completion->wait();
    return gnet::detail::blocking_result(std::move(*completion->results));
  }
};
