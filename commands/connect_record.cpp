#include "commands/connect_record.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "cli/out/failure.h"
#include "cli/out/output.h"

namespace commands {
namespace {

gnet::link::DumpForm form_of(ConnectDump dump) {
  switch (dump) {
    case ConnectDump::hex:
      return gnet::link::DumpForm::hex;
    case ConnectDump::json:
      return gnet::link::DumpForm::json;
    default:
      return gnet::link::DumpForm::text;
  }
}

}  // namespace

ConnectRecord::ConnectRecord(const ConnectOptions& options) : options_(options) {
  if (options.log.empty()) return;
  log_ = gnet::UniqueFd(open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log_) {
    throw cli::Failure(cli::Exit::io,
                       "cannot write to " + options.log + ": " + cli::error_text(errno));
  }
}

void ConnectRecord::begin() {
  ++number_;
  if (options_.dump != ConnectDump::off) {
    dump_ = gnet::link::make_dump(form_of(options_.dump), number_);
  }
}

void ConnectRecord::note(gnet::link::Way way, std::string_view data, std::uint64_t& count) {
  count += data.size();
  if (dump_) {
    const std::string shown =
        dump_->data(way, gnet::link::Unit::bytes, data, gnet::link::PcapTime::now());
    cli::write_all(STDERR_FILENO, shown);
  }
  if (log_ && !cli::write_all(log_.get(), data)) {
    throw cli::Failure(cli::Exit::io,
                       "cannot write to " + options_.log + ": " + cli::error_text(errno));
  }
}

}  // namespace commands
