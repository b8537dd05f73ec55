// The datagrams of one client of a SOCKS 5 proxy (RFC 1928, section 7): UDP ASSOCIATE.
//
//   ProxyDatagrams datagrams(here, client, dialler, local);
//   stream.send_all(encode_answer(SocksReply::succeeded, datagrams.address()));
//   datagrams.run(stream, 10min);                 // until the client closes the stream
//
// Only the client's own address may send, and the first port that does is its. Answers come from
// those whom it has asked, and from nobody else. Where it may ask is what the dialler says.
//
// Threads: of the hub of the stream.

#pragma once

#include <asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <utility>

#include "commands/proxy_dialler.h"
#include "gnet/io/address.h"
#include "gnet/io/byte_stream.h"

namespace commands {

class ProxyDatagrams {
 public:
  // Throws std::system_error when there is no socket.
  ProxyDatagrams(const asio::ip::address& here, const asio::ip::address& client,
                 const ProxyDialler& dialler, bool local);
  ~ProxyDatagrams();

  // Where the client is to send.
  [[nodiscard]] gnet::SocketAddress address() const;

  // Suspends until the client ends its stream, or no datagram goes for so long (0: never). How many
  // bytes came from the client, and went to it.
  std::pair<std::uint64_t, std::uint64_t> run(gnet::ByteStream& control, gnet::Duration idle);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace commands
