// What gnet connect shows and keeps of a conversation beside carrying it on: --dump, --log, and how
// much has gone.
//
// Threads: of one hub.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "commands/connect_options.h"
#include "gnet/base/unique_fd.h"
#include "gnet/link/traffic_dump.h"

namespace commands {

class ConnectRecord {
 public:
  // Throws Failure (io) for a file that cannot be had.
  explicit ConnectRecord(const ConnectOptions& options);

  // Another conversation begins.
  void begin();
  void sent(std::string_view data) { note(gnet::link::Way::forward, data, sent_); }
  void received(std::string_view data) { note(gnet::link::Way::backward, data, received_); }

  [[nodiscard]] std::uint64_t sent_bytes() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t received_bytes() const noexcept { return received_; }

 private:
  void note(gnet::link::Way way, std::string_view data, std::uint64_t& count);

  const ConnectOptions& options_;
  std::unique_ptr<gnet::link::Dump> dump_;
  gnet::UniqueFd log_;
  std::uint64_t number_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace commands
