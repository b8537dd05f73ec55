// The factories of a program, under names: started in order, stopped in reverse,
// and told things.
//
// Service::instance() is the one that signals control: from the first factory that
// it is given, SIGINT and SIGTERM stop it, which also ends gnet::wait(); a second
// one ends the process at once, with status 128 + signal. Any other Service is an
// ordinary object.
//
// A Service that is still there when its hub ends, as instance() is when main() returns, stops
// without grace right before, and destroys the factories that it owns: their destructors, and
// connection_lost(), may do what they may at any other time.
//
//   auto& root = gnet::Service::instance();
//   root.add_factory("echo", gnet::TCPServerFactory::of<Echo>("127.0.0.1:6011")).start();
//   root.notify_factory("*", "hello");
//   gnet::wait();
//
// Threads: a Service belongs to the hub on which it was made.

#pragma once

#include <any>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/unique_function.h"
#include "gnet/fiber/hub.h"
#include "gnet/os/stop_signals.h"
#include "gnet/protocol/factory.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Destroys the factories that it owns, the last one first.
  ~Service();

  // The Service of the process, made by the first call.
  static Service& instance();

  // ---- what it is made of ----

  // Takes a factory in, and returns it: add_factory(…).start() begins at once. Any server is one.
  // Throws Misuse when the name is taken, or the factory null.
  template <std::derived_from<Factory> F>
  F& add_factory(std::string name, std::unique_ptr<F> factory) {
    if (!factory) refuse_null(name);
    F& added = *factory;
    add(std::move(name), std::shared_ptr<Factory>(std::move(factory)));
    return added;
  }

  // As above, for one that the caller owns, and removes before its end.
  template <std::derived_from<Factory> F>
  F& add_factory(std::string name, F& factory) {
    add(std::move(name), std::shared_ptr<Factory>(std::shared_ptr<void>(), &factory));
    return factory;
  }

  // Neither of these says who owns the factory.
  template <std::derived_from<Factory> F>
  F& add_factory(std::string name, F* factory) = delete;  // add_factory(name, *factory)
  template <std::derived_from<Factory> F>
  F& add_factory(std::string name, std::unique_ptr<F>& factory) = delete;  // std::move(factory)

  // The factory of that name, or null.
  [[nodiscard]] Factory* get_factory(std::string_view name) const noexcept;

  // As above, and null as well when it is not an F.
  template <std::derived_from<Factory> F>
  [[nodiscard]] F* get_factory(std::string_view name) const noexcept {
    return dynamic_cast<F*>(get_factory(name));
  }

  // A name of the service, to be read, or assigned to:
  //
  //   root["echo"] = gnet::TCPServerFactory::of<Echo>("127.0.0.1:6011");
  //   root["echo"]->start();
  //   root.erase("echo");
  //
  // Reading throws std::out_of_range when there is no factory of that name. Assigning takes one
  // in, as add_factory() does, in the place of one that is there, which is stopped first.
  class Place {
   public:
    operator Factory&() const { return service_.at(name_); }  // NOLINT: implicit on purpose
    Factory& operator*() const { return service_.at(name_); }
    Factory* operator->() const { return &service_.at(name_); }

    template <std::derived_from<Factory> F>
    F& operator=(std::unique_ptr<F> factory) {
      service_.erase(name_);
      return service_.add_factory(name_, std::move(factory));
    }
    template <std::derived_from<Factory> F>
    F& operator=(F& factory) {
      service_.erase(name_);
      return service_.add_factory(name_, factory);
    }

    // Neither of these says who owns the factory.
    template <std::derived_from<Factory> F>
    F& operator=(F* factory) = delete;  // root["name"] = *factory
    template <std::derived_from<Factory> F>
    F& operator=(std::unique_ptr<F>& factory) = delete;  // root["name"] = std::move(factory)

   private:
    friend class Service;
    Place(Service& service, std::string name) : service_(service), name_(std::move(name)) {}

    Service& service_;
    std::string name_;
  };
  [[nodiscard]] Place operator[](std::string name) { return {*this, std::move(name)}; }

  // As reading, also of a Service that is const.
  [[nodiscard]] Factory& at(std::string_view name) const;

  // Takes a factory out and stops it. False: there is none of that name.
  bool remove_factory(std::string_view name, Deadline grace = Duration::zero());
  bool erase(std::string_view name, Deadline grace = Duration::zero()) {
    return remove_factory(name, grace);
  }

  // In order of adding.
  [[nodiscard]] std::vector<std::string> names() const;

  // ---- life ----

  // Has every factory listen: what needs rights that the process then gives up.
  void listen();

  // Has every factory listen and start, in order of adding. When one fails, those
  // that this call started are stopped in reverse, and the error is thrown.
  void start();

  // Has every factory take no more work, and then stops one after the other, the
  // last one first; all of them have time until `grace` together. Returns how many
  // connections were cut. An error keeps no other factory from stopping: it is
  // thrown at the end, several as an ExceptionGroup.
  //
  // A connection, or a handler, may call it: it is neither waited for nor cut, and ends when its
  // callback returns. While another stop() is at work such a call returns 0 at once, since that
  // one waits for the caller; any other call waits for it to end first.
  std::size_t stop(Deadline grace);
  std::size_t stop() { return stop(Deadline(grace_)); }

  // Whether any factory runs.
  [[nodiscard]] bool running() const noexcept;

  // ---- messages ----

  // Calls on_notify(message) of every factory whose name matches the pattern: `*`
  // stands for any characters, `?` for one. An error keeps no other factory from
  // being told: it is thrown at the end, several as an ExceptionGroup. Returns how
  // many match. Text of any kind arrives as a std::string.
  std::size_t notify_factory(std::string_view pattern, const std::any& message);
  template <std::convertible_to<std::string_view> Text>
  std::size_t notify_factory(std::string_view pattern, const Text& message) {
    return notify_factory(pattern, std::any(std::string(std::string_view(message))));
  }

  // ---- signals ----

  // Whether SIGINT and SIGTERM stop this Service.
  void handle_signals(bool handle);

  // How long connections may go on after a signal, or stop(); 10 s unless set.
  void set_grace(TimeSpan grace) noexcept { grace_ = grace; }

  // Has `function` called with the signal before it stops anything.
  void before_stop(UniqueFunction<void(int)> function) { before_stop_ = std::move(function); }

  // The signal that has stopped it, or 0.
  [[nodiscard]] int stop_signal() const noexcept {
    return stop_signals_ ? stop_signals_->number() : 0;
  }

  // How many connections the last stop() has cut.
  [[nodiscard]] std::size_t cut() const noexcept { return cut_; }

 private:
  using Entry = std::shared_ptr<Factory>;

  [[noreturn]] static void refuse_null(const std::string& name);
  void hint_at_signals();
  void add(std::string name, Entry factory);
  [[nodiscard]] std::vector<Entry>::const_iterator find(std::string_view name) const noexcept;
  void stop_for_signal(int signal);
  void hub_ends();

  std::vector<Entry> factories_;
  bool stopping_ = false;
  WaitQueue stopped_;
  std::size_t cut_ = 0;
  bool wants_signals_ = false;  // the instance, before its first factory
  bool signals_decided_ = false;
  Deferred hint_;
  Duration grace_ = std::chrono::seconds(10);
  UniqueFunction<void(int)> before_stop_;
  std::optional<StopSignals> stop_signals_;
  std::optional<Hub::AtEnd> at_end_;  // once there are factories
};

}  // namespace gnet
