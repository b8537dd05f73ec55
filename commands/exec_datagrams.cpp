#include "commands/exec_datagrams.h"

#include <system_error>
#include <utility>

#include "cli/server/reflection.h"
#include "commands/exec_environment.h"
#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/datagram.h"
#include "gnet/io/endpoint.h"

namespace commands {
namespace {

// Of a datagram of IPv4.
constexpr std::size_t kLargest = gnet::kMaxUDPPayload;

}  // namespace

ExecDatagrams::ExecDatagrams(ExecContext& context, cli::SessionRules& rules,
                             gnet::ServerAddress<gnet::DatagramSocket> address,
                             gnet::ListenOptions options, gnet::Duration idle)
    : UDPServerFactory(std::move(address), options),
      context_(context),
      rules_(rules),
      idle_(idle),
      framing_(framing_of(context.options, ExecFraming::Kind::raw)) {}

ExecDatagrams::~ExecDatagrams() {
  end();
  const gnet::Uninterruptible wait_out;
  for (const auto& [name, session] : Sessions(sessions_)) session->fiber.kill();
}

void ExecDatagrams::datagram_received(std::string_view data, const gnet::SocketAddress& peer) {
  const std::string name = peer.short_name();
  if (name.empty()) return;  // a unix socket without a name hears no answer
  auto found = sessions_.find(name);
  if (found == sessions_.end()) {
    if (!rules_.admission.admit_datagram(peer)) return;
    if (cli::answers_back(peer, rules_.datagram_ports)) return;
    if (sessions_.size() >= context_.options.max_procs.number) {
      return log().debug("a datagram from {} is dropped: there are as many sessions as may be",
                         name);
    }
    const auto session = std::make_shared<Session>(peer, ++count_);
    found = sessions_.emplace(name, session).first;
    session->fiber = gnet::spawn({.name = "session " + name}, [this, name, session] {
      serve(*session);
      sessions_.erase(name);
    });
  }
  Session& session = *found->second;
  session.last = gnet::Clock::now();
  static_cast<void>(session.datagrams.try_put(std::string(data)));
}

void ExecDatagrams::serve(Session& session) {
  const gnet::Endpoint peer = session.peer.endpoint(gnet::Transport::udp);
  const gnet::Logger log = this->log().for_connection(session.number, peer.to_string());
  try {
    auto place = context_.slots.take(gnet::Deadline(context_.rules.queue));
    if (!place)
      return log.warn("refused: {} programs run already", context_.options.max_procs.number);
    ExecChild child(
        context_, std::move(*place),
        {.program = *context_.programs.only(),
         .environment = connection_variables(peer, local_endpoint(), false, session.number),
         .log = log,
         .session = session.number});
    session.child = &child;
    struct Forget {
      ~Forget() { child = nullptr; }
      ExecChild*& child;
    } const forget{session.child};
    talk(session, child);
  } catch (const std::system_error& error) {
    log.error("{}", gnet::describe(error));
  }
}

void ExecDatagrams::talk(Session& session, ExecChild& child) {
  // Beside the feeder, which a program that reads nothing holds up.
  gnet::Fiber<> watcher = gnet::spawn({.name = "idle"}, [&] {
    while (gnet::Clock::now() - session.last < idle_) {
      gnet::sleep(gnet::Deadline::after(session.last, idle_) - gnet::Clock::now());
    }
    child.leave();
  });
  struct End {
    ~End() {
      const gnet::Uninterruptible wait_out;
      fiber.kill();
    }
    gnet::Fiber<>& fiber;
  } const end_watcher{watcher};
  const auto feed = [&] {
    std::string text;
    for (;;) {
      text.clear();
      framing_.append(text, {session.datagrams.get(), true});
      child.input().send_all(text);
    }
  };
  bool warned = false;
  child.converse(feed, [&] {
    auto reader = framing_.reader();
    const ExecFraming::Sink send = [&](const ExecMessage& message) {
      session.last = gnet::Clock::now();
      try {
        static_cast<void>(send_to(message.data, session.peer));
      } catch (const std::system_error& error) {
        if (!std::exchange(warned, true)) log().warn("{}", gnet::describe(error));  // too long
      }
    };
    const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kLargest);
    while (const std::size_t count = child.output().receive(buffer.data(), kLargest)) {
      reader.feed({buffer.data(), count}, send);
    }
    reader.finish(send);
  });
}

std::size_t ExecDatagrams::wind_up(gnet::Deadline grace) {
  for (const auto& [name, session] : sessions_) {
    if (session->child != nullptr) session->child->stop();
  }
  while (!sessions_.empty()) {
    const auto session = sessions_.begin()->second;
    if (session->fiber.join(grace)) continue;
    const std::size_t cut = sessions_.size();
    const gnet::Uninterruptible wait_out;
    for (const auto& [name, one] : Sessions(sessions_)) one->fiber.kill();
    return cut;
  }
  return 0;
}

}  // namespace commands
