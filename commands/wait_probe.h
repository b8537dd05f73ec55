// One thing that gnet wait-for waits for: how to see whether it is there.
//
//   const auto probe = make_probe("tcp://db:5432", options);
//   const WaitFinding finding = probe->look(gnet::Deadline(1s));
//   if (finding.state == WaitFinding::State::missing) complain(finding.reason);

#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "commands/wait_options.h"
#include "gnet/fiber/deadline.h"

namespace commands {

struct WaitFinding {
  // Unknown: there was no telling in time. That is neither the one nor the other.
  enum class State { there, missing, unknown };
  State state = State::there;
  std::string reason = {};  // why it is not there: "connection refused"
};

class WaitProbe {
 public:
  struct Nature {
    bool near = false;    // to look costs next to nothing, and so may be done often
    bool secure = false;  // it is looked at over TLS
    bool page = false;    // of HTTP: --status, --body, --header and --follow are for it
    bool sent = false;    // --send is for it
  };
  WaitProbe(std::string name, Nature nature) : name_(std::move(name)), nature_(nature) {}
  WaitProbe(const WaitProbe&) = delete;
  WaitProbe& operator=(const WaitProbe&) = delete;
  virtual ~WaitProbe() = default;

  // As messages have it, without passwords.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const Nature& nature() const noexcept { return nature_; }

  // Looks once. Suspends until the deadline at the latest; throws nothing but interrupts of
  // others.
  [[nodiscard]] WaitFinding look(gnet::Deadline deadline);

 private:
  // Returns when it is there; throws why it is not.
  virtual void try_it(gnet::Deadline deadline) = 0;

  std::string name_;
  Nature nature_;
};

// Throws cli::UsageError for what cannot be waited for, and what a cli::Dialler does.
[[nodiscard]] std::unique_ptr<WaitProbe> make_probe(const std::string& text,
                                                    const WaitOptions& options);

// Those that are no endpoint: http, dns, pid, port, redis, ready. Null for others.
[[nodiscard]] std::unique_ptr<WaitProbe> make_named_probe(const std::string& text,
                                                          const WaitOptions& options);

// The options, without those of TLS for a target that has none beside one that has.
[[nodiscard]] cli::ClientOptions options_for(const WaitOptions& options, bool secure);

// What is missing, in words: what try_it() throws.
class WaitMissing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace commands
