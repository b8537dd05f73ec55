#include "commands/wait_probe.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "cli/client/attempt.h"
#include "cli/client/dialler.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/words.h"
#include "gnet/io/datagram.h"
#include "gnet/os/subprocess.h"

namespace commands {
namespace {

using gnet::Endpoint;

bool is_on_this_machine(const Endpoint& endpoint) {
  if (endpoint.is_unix()) return true;
  const auto address = endpoint.address();
  return address && address->is_loopback() && !endpoint.proxy();
}

// Those of UDP: who has a unix socket of datagrams is sent nothing.
bool takes_datagrams(const Endpoint& endpoint) {
  return endpoint.is_datagram() && !endpoint.is_unix();
}

// Something that can be connected to, with all its layers.
class WaitConnection : public WaitProbe {
 public:
  WaitConnection(const WaitOptions& options, const Endpoint& endpoint)
      : WaitProbe(endpoint.to_string(), {.near = is_on_this_machine(endpoint),
                                         .secure = endpoint.is_tls() || options.to.tls,
                                         .sent = takes_datagrams(endpoint)}),
        to_(options_for(options, nature().secure)),
        dialler_(options, to_, retry_, {.endpoint = endpoint, .given = true}) {}

 protected:
  [[nodiscard]] const cli::Dialler& dialler() const noexcept { return dialler_; }

 private:
  void try_it(gnet::Deadline) override { dialler_.open_stream().close(); }

  const cli::ClientOptions to_;
  const cli::ReconnectOptions retry_;
  const cli::Dialler dialler_;
};

// UDP tells nothing by itself: somebody has to answer. Who has a unix socket is there.
class WaitAnswer : public WaitConnection {
 public:
  WaitAnswer(const WaitOptions& options, const Endpoint& endpoint)
      : WaitConnection(options, endpoint), message_(options.send.value_or("\n")) {}

 private:
  void try_it(gnet::Deadline deadline) override {
    gnet::DatagramSocket socket = dialler().open_datagrams();
    if (!takes_datagrams(dialler().endpoint())) return;
    socket.send(message_);
    char byte = 0;
    if (!socket.receive(&byte, 1, deadline)) {
      throw std::system_error(std::make_error_code(std::errc::timed_out), "no answer");
    }
  }

  const std::string message_;
};

class WaitFile : public WaitProbe {
 public:
  explicit WaitFile(const std::string& path)
      : WaitProbe("file:" + path, {.near = true}), path_(path) {}

 private:
  void try_it(gnet::Deadline) override {
    struct stat status {};
    if (stat(path_.c_str(), &status) != 0) throw WaitMissing(cli::error_text(errno));
  }

  const std::string path_;
};

// A program that ends with status 0.
class WaitProgram : public WaitProbe {
 public:
  WaitProgram(const std::string& name, std::vector<std::string> arguments)
      : WaitProbe(name, {}), arguments_(std::move(arguments)) {}

 private:
  void try_it(gnet::Deadline) override {
    gnet::PopenOptions how;
    how.in = how.out = how.err = gnet::Stdio::devnull();
    how.leads_group = true;
    gnet::Popen process(arguments_, std::move(how));
    const cli::OwnedGroup group(process.pid());
    const GivenUp given_up{process};
    const int status = process.wait();
    if (status > 0) throw WaitMissing(fmt::format("it ends with status {}", status));
    if (status < 0) throw WaitMissing(fmt::format("signal {} ends it", -status));
  }

  // What it has started goes with it.
  struct GivenUp {
    ~GivenUp() {
      if (process.poll()) return;
      process.signal_group(SIGKILL);
      const gnet::Uninterruptible wait_out;
      static_cast<void>(process.wait(gnet::Deadline(std::chrono::seconds(2))));
    }
    gnet::Popen& process;
  };

  const std::vector<std::string> arguments_;
};

std::unique_ptr<WaitProbe> local_probe(const std::string& text, const Endpoint& endpoint) {
  switch (endpoint.transport()) {
    case gnet::Transport::file:
      return std::make_unique<WaitFile>(endpoint.argument());
    case gnet::Transport::shell:
      return std::make_unique<WaitProgram>(
          endpoint.to_string(), std::vector<std::string>{"/bin/sh", "-c", endpoint.argument()});
    case gnet::Transport::exec:
      return std::make_unique<WaitProgram>(endpoint.to_string(),
                                           gnet::split_words(endpoint.argument()).value());
    default:
      throw cli::UsageError(fmt::format("'{}' is always there: nothing to wait for", text));
  }
}

}  // namespace

WaitFinding WaitProbe::look(gnet::Deadline deadline) {
  using State = WaitFinding::State;
  const cli::Attempt attempt = cli::attempt(deadline, [&] { try_it(deadline); });
  if (attempt.made()) return {};
  return {attempt.late ? State::unknown : State::missing, attempt.reason};
}

cli::ClientOptions options_for(const WaitOptions& options, bool secure) {
  return secure ? options.to : cli::without_tls(options.to);
}

std::unique_ptr<WaitProbe> make_probe(const std::string& text, const WaitOptions& options) {
  if (auto probe = make_named_probe(text, options)) return probe;
  const Endpoint endpoint = Endpoint::parse(text);
  endpoint.check_connects();
  if (endpoint.is_listen()) {
    throw cli::UsageError(fmt::format("bad target '{}': this is the listening side", text));
  }
  if (endpoint.is_local()) return local_probe(text, endpoint);
  if (endpoint.is_datagram()) return std::make_unique<WaitAnswer>(options, endpoint);
  return std::make_unique<WaitConnection>(options, endpoint);
}

}  // namespace commands
