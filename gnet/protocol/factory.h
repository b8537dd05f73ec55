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
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/base/function.h"
#include "gnet/fiber/deadline.h"

namespace gnet {

class Connection;
class HubGroup;

// What has gone through a factory.
struct FactoryCounters {
  std::uint64_t accepted = 0;   // connections made
  std::uint64_t refused = 0;    // turned away
  std::uint64_t active = 0;     // alive now
  std::uint64_t datagrams = 0;  // received
  std::uint64_t truncated = 0;  // messages and datagrams that were too large, and dropped
  std::uint64_t unsent = 0;     // datagrams that their peer could not be sent
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;

  FactoryCounters& operator+=(const FactoryCounters& other) noexcept {
    accepted += other.accepted;
    refused += other.refused;
    active += other.active;
    datagrams += other.datagrams;
    truncated += other.truncated;
    unsent += other.unsent;
    received_bytes += other.received_bytes;
    sent_bytes += other.sent_bytes;
    return *this;
  }
};

class Factory {
 public:
  Factory() = default;
  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;
  virtual ~Factory() = default;

  // ---- life ----

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
  std::size_t stop() { return stop(Deadline(std::chrono::seconds(1))); }

  // Whether the running fiber is one of its own, of a connection or a handler: it would wait for
  // itself where it waits for the end of the factory's work.
  [[nodiscard]] virtual bool is_caller() noexcept { return false; }

  [[nodiscard]] virtual bool running() const noexcept = 0;

  // Has its connections live on all hubs of a group, of which this is hub 0, and which several
  // factories may share. Without effect where all work is on one hub anyway, as with datagrams.
  // Throws Misuse once there are connections.
  virtual void spread_over(std::shared_ptr<HubGroup> hubs);

  // ---- what there is ----

  // Bytes include those of connections that live. Asks all hubs, and suspends where there
  // are several.
  [[nodiscard]] virtual FactoryCounters counters() const { return {}; }

  // Calls `visit` with each live connection, on the connection's own hub. One hub comes after the
  // other, and the caller suspends meanwhile: `visit` may use what belongs to the caller. On the
  // caller's own hub it may suspend: the connection stays so long, ended or not, and must not be
  // waited for. Connections that are made meanwhile are visited as well.
  virtual void visit_connections(const std::function<void(Connection&)>& visit);

  // ---- messages ----

  // Queues `data` on every open connection that has a queue, as a Protocol has, without waiting for
  // any: one whose queue is above its high-water mark is aborted. Other hubs do it in their own
  // time.
  virtual void broadcast(std::string_view data) { static_cast<void>(data); }

  // A message of Service::notify_factory().
  virtual void on_notify(const std::any& message) { static_cast<void>(message); }

  // The name under which a Service knows it.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

 private:
  std::string name_;
};

}  // namespace gnet
