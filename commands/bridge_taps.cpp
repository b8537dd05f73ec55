#include "commands/bridge_taps.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/log.h"

namespace commands {

using gnet::link::PcapTime;
using gnet::link::Unit;
using gnet::link::Way;

void TapFile::open(const std::string& path) {
  if (path == "-") {
    fd_ = STDERR_FILENO;
    return;
  }
  own_ = gnet::UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!own_) {
    throw cli::Failure(cli::Exit::io, "cannot open '" + path + "': " + cli::error_text(errno));
  }
  fd_ = own_.get();
}

void TapFile::write(std::string_view text) {
  if (fd_ < 0 || text.empty()) return;
  const std::lock_guard lock(mutex_);
  if (failed_ || cli::write_all(fd_, text)) return;
  failed_ = true;
  gnet::Logger("bridge").error("cannot write what goes by: {}; no more of it is written",
                               cli::error_text(errno));
}

bool TapFile::is_incomplete() const {
  const std::lock_guard lock(mutex_);
  return failed_ && own_;
}

bool BridgeTaps::are_incomplete() const {
  return dump_.is_incomplete() || both_.is_incomplete() || left_.is_incomplete() ||
         right_.is_incomplete();
}

BridgeTaps::BridgeTaps(const BridgeOptions& options)
    : form_(dump_form(options)), captures_(is_capture(options)) {
  if (captures_) {
    // One capture a file: it begins with a header.
    if (::truncate(options.dump_file.c_str(), 0) != 0 && errno != ENOENT && errno != EINVAL) {
      throw cli::Failure(cli::Exit::io,
                         "cannot open '" + options.dump_file + "': " + cli::error_text(errno));
    }
    dump_.open(options.dump_file);
    dump_.write(gnet::link::pcap_header());
  } else if (form_) {
    dump_.open(options.dump_file.empty() ? "-" : options.dump_file);
  }
  if (!options.tee.empty()) both_.open(options.tee);
  if (!options.tee_left.empty()) left_.open(options.tee_left);
  if (!options.tee_right.empty()) right_.open(options.tee_right);
}

BridgeTap::BridgeTap(BridgeTaps& taps, std::uint64_t number, const gnet::SocketAddress& left,
                     const gnet::SocketAddress& right)
    : taps_(taps) {
  if (taps.form_) dump_ = gnet::link::make_dump(*taps.form_, number);
  if (!taps.captures_) return;
  capture_.emplace(left, right, number);
  taps_.dump_.write(capture_->begin(PcapTime::now()));
}

void BridgeTap::data(Way way, Unit unit, std::string_view data) {
  if (dump_) taps_.dump_.write(dump_->data(way, unit, data, PcapTime::now()));
  if (capture_) taps_.dump_.write(capture_->data(way, data, PcapTime::now()));
  taps_.both_.write(data);
  (way == Way::forward ? taps_.left_ : taps_.right_).write(data);
}

void BridgeTap::end(Way way) {
  bool& ended = way == Way::forward ? forward_ended_ : backward_ended_;
  if (std::exchange(ended, true)) return;
  if (dump_) taps_.dump_.write(dump_->end(way, PcapTime::now()));
  if (capture_) taps_.dump_.write(capture_->end(way, PcapTime::now()));
}

}  // namespace commands
