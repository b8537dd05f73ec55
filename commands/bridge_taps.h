// Who looks on while gnet bridge carries: dumps, a capture file, and copies of what goes by.
//
//   BridgeTaps taps(options);                       // opens the files
//   BridgeTap tap(taps, 7, left, right);            // of one pair
//   tap.data(Way::forward, Unit::bytes, "hello");
//   tap.end(Way::forward);
//
// Threads: BridgeTaps for all, a BridgeTap for its pair's.

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "commands/bridge_options.h"
#include "gnet/base/unique_fd.h"
#include "gnet/io/address.h"
#include "gnet/link/pcap.h"
#include "gnet/link/traffic_dump.h"

namespace commands {

// A file that is written at its end. What cannot be written is told once, and dropped.
class TapFile {
 public:
  TapFile() = default;
  // "-" is standard error. Throws Failure (io).
  void open(const std::string& path);
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  // Each call stays together.
  void write(std::string_view text);
  // Something of what was to be in the file is missing.
  [[nodiscard]] bool is_incomplete() const;

 private:
  mutable std::mutex mutex_;
  gnet::UniqueFd own_;
  int fd_ = -1;
  bool failed_ = false;
};

class BridgeTaps {
 public:
  // Throws Failure (io).
  explicit BridgeTaps(const BridgeOptions& options);

  // A file does not have all that went by. What is shown on standard error is no file.
  [[nodiscard]] bool are_incomplete() const;

  [[nodiscard]] bool empty() const noexcept {
    return !dump_.is_open() && !both_.is_open() && !left_.is_open() && !right_.is_open();
  }

 private:
  friend class BridgeTap;

  const std::optional<gnet::link::DumpForm> form_;
  TapFile dump_;
  bool captures_ = false;
  TapFile both_;
  TapFile left_;
  TapFile right_;
};

class BridgeTap {
 public:
  // The addresses are for a capture file.
  BridgeTap(BridgeTaps& taps, std::uint64_t number, const gnet::SocketAddress& left,
            const gnet::SocketAddress& right);

  void data(gnet::link::Way way, gnet::link::Unit unit, std::string_view data);
  // That way nothing comes any more; may be said again.
  void end(gnet::link::Way way);

 private:
  BridgeTaps& taps_;
  std::unique_ptr<gnet::link::Dump> dump_;
  std::optional<gnet::link::PcapConversation> capture_;
  bool forward_ended_ = false;
  bool backward_ended_ = false;
};

}  // namespace commands
