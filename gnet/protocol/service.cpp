#include "gnet/protocol/service.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/base/name_pattern.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/nursery.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kStopping{"a service to stop"};

// For the destructor of a factory, when the hub ends.
constexpr Duration kEndGrace = std::chrono::seconds(2);

// Errors that must not keep the next factory from its turn.
class Errors {
 public:
  template <typename F>
  void guard(F&& step) {
    try {
      step();
    } catch (const Interrupt&) {
      throw;  // meant for the caller, not for the step
    } catch (...) {
      errors_.push_back(std::current_exception());
    }
  }

  void throw_any() {
    if (errors_.empty()) return;
    if (errors_.size() == 1) std::rethrow_exception(errors_.front());
    throw ExceptionGroup(std::move(errors_));
  }

 private:
  std::vector<std::exception_ptr> errors_;
};

}  // namespace

Service& Service::instance() {
  static Service service;
  static const bool first = (service.wants_signals_ = true);
  static_cast<void>(first);
  return service;
}

Service::~Service() {
  hint_.stop();
  if (Hub::current_if_any() == &stopped_.hub()) handle_signals(false);
  while (!factories_.empty()) factories_.pop_back();
}

// ---- what it is made of ----

void Service::refuse_null(const std::string& name) {
  throw Misuse("the service was given nothing as factory '" + name + "'");
}

// What is written as `Service root;` by those who know the original, where all are one.
void Service::hint_at_signals() {
  static std::atomic_flag said;
  if (stop_signals_ || signals_decided_ || said.test_and_set()) return;
  Logger("service").info(
      "signals do not stop this Service: gnet::Service::instance() is the one that they stop; "
      "handle_signals() decides it for any other");
}

void Service::add(std::string name, Entry factory) {
  stopped_.hub().check_thread();
  if (find(name) != factories_.end()) {
    throw Misuse("the service has a factory '" + name + "' already");
  }
  factory->set_name(std::move(name));
  factories_.push_back(std::move(factory));
  if (!at_end_) at_end_.emplace(stopped_.hub(), [this] { hub_ends(); });
  if (std::exchange(wants_signals_, false)) handle_signals(true);
  if (!hint_.pending()) hint_ = stopped_.hub().defer([this] { hint_at_signals(); });
}

std::vector<Service::Entry>::const_iterator Service::find(std::string_view name) const noexcept {
  return std::ranges::find_if(factories_, [name](const Entry& one) { return one->name() == name; });
}

Factory* Service::get_factory(std::string_view name) const noexcept {
  const auto found = find(name);
  return found != factories_.end() ? found->get() : nullptr;
}

Factory& Service::at(std::string_view name) const {
  if (Factory* factory = get_factory(name)) return *factory;
  throw std::out_of_range("the service has no factory '" + std::string(name) + "'");
}

bool Service::remove_factory(std::string_view name, Deadline grace) {
  stopped_.hub().check_thread_or_ended();
  const auto found = find(name);
  if (found == factories_.end()) return false;
  const Entry factory = *found;
  factories_.erase(found);
  factory->stop(grace);
  return true;
}

std::vector<std::string> Service::names() const {
  std::vector<std::string> result;
  for (const Entry& factory : factories_) result.push_back(factory->name());
  return result;
}

// ---- life ----
// Factories may come and go while one of them suspends: the loops go over copies.

void Service::listen() {
  for (const Entry& factory : std::vector(factories_)) factory->listen();
}

void Service::start() {
  listen();
  std::vector<Entry> started;
  try {
    for (const Entry& factory : std::vector(factories_)) {
      if (factory->running()) continue;
      factory->start();
      started.push_back(factory);
    }
  } catch (...) {
    const auto error = std::current_exception();
    Errors others;
    for (auto factory = started.rbegin(); factory != started.rend(); ++factory) {
      others.guard([&] { (*factory)->stop(Duration::zero()); });
    }
    std::rethrow_exception(error);
  }
}

std::size_t Service::stop(Deadline grace) {
  if (Hub::ended()) return 0;
  stopped_.hub().check_thread();
  while (stopping_) {
    if (std::ranges::any_of(factories_, [](const Entry& one) { return one->is_caller(); })) {
      return 0;
    }
    stopped_.wait(kStopping, this);
  }
  struct Stopping {
    explicit Stopping(Service& service) : service(service) { service.stopping_ = true; }
    ~Stopping() {
      service.stopping_ = false;
      service.stopped_.notify_all();
    }
    Service& service;
  } const stopping(*this);
  cut_ = 0;
  Errors errors;
  const std::vector<Entry> factories(factories_.rbegin(), factories_.rend());
  for (const Entry& factory : factories) errors.guard([&] { factory->stop_accepting(); });
  for (const Entry& factory : factories) errors.guard([&] { cut_ += factory->stop(grace); });
  errors.throw_any();
  return cut_;
}

void Service::hub_ends() {
  try {
    stop(Duration::zero());
  } catch (const std::exception& error) {
    Logger("service").error("stopping at the end of the hub: {}", describe(error));
  }
  handle_signals(false);
  while (!factories_.empty()) {
    // In a fiber of its own: a destructor waits however long a connection swallows its interrupt.
    auto last = spawn([factory = std::move(factories_.back())]() mutable { factory.reset(); });
    factories_.pop_back();
    last.join(kEndGrace);
  }
}

bool Service::running() const noexcept {
  return std::ranges::any_of(factories_, [](const Entry& factory) { return factory->running(); });
}

// ---- messages ----

std::size_t Service::notify_factory(std::string_view pattern, const std::any& message) {
  stopped_.hub().check_thread();
  std::size_t told = 0;
  Errors errors;
  const std::string held(pattern);
  for (const Entry& factory : std::vector(factories_)) {
    if (!matches_name(held, factory->name())) continue;
    ++told;
    errors.guard([&] {
      try {
        factory->on_notify(message);
      } catch (const std::bad_any_cast&) {
        throw Misuse("factory '" + factory->name() + "' was told a " + type_name(message.type()) +
                     ", which its on_notify() does not take");
      }
    });
  }
  errors.throw_any();
  return told;
}

// ---- signals ----

void Service::handle_signals(bool handle) {
  detail::Scheduler& hub = stopped_.hub();
  hub.check_thread();
  wants_signals_ = false;
  signals_decided_ = true;
  stop_signals_.reset();
  hub.end_waiting(false);
  if (handle) stop_signals_.emplace([this](int signal) { stop_for_signal(signal); });
}

void Service::stop_for_signal(int signal) {
  try {
    if (before_stop_) before_stop_(signal);
    stop(Deadline(grace_));
  } catch (const std::exception& error) {
    Logger("service").error("stopping: {}", describe(error));
  }
  stopped_.hub().end_waiting();
}

}  // namespace gnet
