// One target of gnet ping: how it is asked, and what an answer is.
//
//   const auto probe = make_ping_probe("tcp://db:5432", options);
//   const PingAnswer answer = probe->send(1, gnet::Deadline(2s));
//
// Threads: of one hub, on which any number of fibers may send at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands/ping_options.h"
#include "gnet/fiber/deadline.h"
#include "gnet/io/endpoint.h"

namespace commands {

// A part of what happens between a probe and its answer.
struct PingPhase {
  const char* name = "";  // "first_byte"
  gnet::Duration time{};
};

struct PingAnswer {
  gnet::Duration time{};   // from the probe to the answer, without the look-up of the name
  int status = 0;          // of HTTP; 0: it has none
  std::string rcode = {};  // of DNS, "NOERROR"
  std::vector<PingPhase> phases = {};  // those that were needed
};

class PingProbe {
 public:
  struct Nature {
    bool secure = false;        // it is asked over TLS
    std::uint64_t largest = 0;  // --size may be up to so many bytes; 0: it is for others
  };
  // Throws cli::UsageError for a --size that does not go with it.
  PingProbe(std::string name, Nature nature, const PingOptions& options);
  PingProbe(const PingProbe&) = delete;
  PingProbe& operator=(const PingProbe&) = delete;
  virtual ~PingProbe() = default;

  // As messages have it, without passwords.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const Nature& nature() const noexcept { return nature_; }

  // Asks, and suspends until the answer is there; throws why there is none. Whoever calls it
  // interrupts it at the deadline.
  [[nodiscard]] virtual PingAnswer send(std::uint64_t sequence, gnet::Deadline deadline) = 0;

 protected:
  // --size bytes, of which the first eight tell one probe from another.
  [[nodiscard]] std::string payload(std::uint64_t sequence) const;

 private:
  const std::string name_;
  const Nature nature_;
  const std::uint64_t size_;
};

// Throws cli::UsageError for what cannot be asked, and what a cli::Dialler does.
[[nodiscard]] std::unique_ptr<PingProbe> make_ping_probe(const std::string& text,
                                                         const PingOptions& options);

// A question to a name server, dns:NAME or dns://SERVER/NAME; null for another text.
[[nodiscard]] std::unique_ptr<PingProbe> make_ping_query(const std::string& text,
                                                         const PingOptions& options);

// Those of the web: a URL of http or https, null for another text; an endpoint with the layer ws.
[[nodiscard]] std::unique_ptr<PingProbe> make_ping_page(const std::string& url,
                                                        const PingOptions& options);
[[nodiscard]] std::unique_ptr<PingProbe> make_ping_socket(const gnet::Endpoint& endpoint,
                                                          const PingOptions& options);

}  // namespace commands
