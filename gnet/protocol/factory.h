// What a Service is made of: something that starts, stops, and can be told things.
//
//   class Clock : public gnet::Factory {
//     void start() override { ticking_ = gnet::spawn([] { tick(); }); }
//     std::size_t stop(gnet::Deadline) override { return ticking_.kill(), 0; }
//     bool running() const noexcept override { return ticking_.active(); }
//     …
//   };
//   service.add_factory("clock", std::make_unique<Clock>()).start();
//
// Threads: a Factory belongs to the hub on which it was made.

#pragma once

#include <any>
#include <cstddef>
#include <string>

#include "gnet/fiber/deadline.h"

namespace gnet {

class Factory {
 public:
  Factory() = default;
  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;
  virtual ~Factory() = default;

  // What has to be done with all rights, before start(): binding. start() does it
  // where it was not done. Throws std::system_error that names the endpoint.
  virtual void listen() {}

  // Begins. Does nothing when it has begun. Throws as listen() does.
  virtual void start() = 0;

  // The first half of stop(), which does it where it was not done: takes no more
  // work; what there is goes on.
  virtual void stop_accepting() {}

  // Ends: takes no more work, lets the work there is come to its end until `grace`,
  // and then cuts it. Suspends until nothing is left. Returns how many connections
  // were cut. Does nothing when it has not begun.
  virtual std::size_t stop(Deadline grace) = 0;

  [[nodiscard]] virtual bool running() const noexcept = 0;

  // A message of Service::notify_factory().
  virtual void on_notify(const std::any& message) { static_cast<void>(message); }

  // The name under which a Service knows it.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

 private:
  std::string name_;
};

}  // namespace gnet
