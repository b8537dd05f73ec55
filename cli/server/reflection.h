// Datagrams that must not be answered: what is at the sender's port would answer the answer, and
// so for ever. Anybody can forge such a sender.
//
// Threads: a function without state.

#pragma once

#include <cstdint>
#include <set>

#include "gnet/io/address.h"

namespace cli {

// Whether it is one of this server's own ports for datagrams, on an address of this machine; or, on
// any machine, that of a small service that answers whatever comes: echo, daytime, qotd, chargen,
// time. Those have their ports below 1024, where no client is.
[[nodiscard]] bool answers_back(const gnet::SocketAddress& sender,
                                const std::set<std::uint16_t>& own_ports);

}  // namespace cli
