#include "gnet/base/log_target.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <mutex>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/base/log_writer.h"
#include "gnet/base/unpatched.h"

namespace gnet::detail {
namespace {

constexpr int kDaemonFacility = 3 << 3;

// systemd sets JOURNAL_STREAM to the device and inode of the socket that it has made stderr.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

std::uint64_t count_records(std::string_view records, char terminator) {
  return static_cast<std::uint64_t>(std::count(records.begin(), records.end(), terminator));
}

// See set_log_opener(). Never destroyed: logs outlive static objects.
struct Opener {
  std::mutex mutex;
  std::function<int(const std::string&)> open;
};

Opener& opener() {
  static Opener& instance = *new Opener;
  return instance;
}

int open_by_others(const std::string& path) {
  const std::lock_guard lock(opener().mutex);
  return opener().open ? opener().open(path) : -1;
}

bool wait_until_writable(int fd) {
  pollfd entry{.fd = fd, .events = POLLOUT, .revents = 0};
  while (::poll(&entry, 1, -1) < 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

bool is_writable_now(int fd) {
  pollfd entry{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLOUT) != 0;
}

}  // namespace

LogTarget::LogTarget(const std::string& name) {
  const auto after = [&](std::string_view prefix, const char* usual) {
    return name.size() > prefix.size() ? name.substr(prefix.size()) : std::string(usual);
  };
  if (name == "stderr" || name == "-" || name.empty()) {
    journal_stream_ = stderr_is_journal();
    return;
  }
  if (name == "stdout") {
    kind_ = Kind::stdout_stream;
    return;
  }
  if (name.starts_with("syslog:")) {
    kind_ = Kind::syslog;
    path_ = after("syslog:", "/dev/log");
  } else if (name.starts_with("journald:")) {
    kind_ = Kind::journald;
    path_ = after("journald:", "/run/systemd/journal/socket");
  } else {
    kind_ = Kind::file;
    path_ = name;
  }
  fd_ = open();
}

std::string LogTarget::encode(const LogRecord& record, LogFormat format) const {
  const int priority = syslog_priority(record.level);
  switch (kind_) {
    case Kind::journald: {
      // Messages have no line ends in them, so the simple form of a field will do everywhere.
      std::string fields = fmt::format("MESSAGE={}\nPRIORITY={}\nSYSLOG_IDENTIFIER={}\nLOGGER={}\n",
                                       format_untimed(record), priority,
                                       program_invocation_short_name, record.logger);
      if (record.connection != 0) fields += fmt::format("CONNECTION={}\n", record.connection);
      return fields + terminator();
    }
    case Kind::syslog: {
      const std::time_t now = std::chrono::system_clock::to_time_t(record.time);
      std::tm parts{};
      ::localtime_r(&now, &parts);
      char stamp[32];
      // RFC 3164, 4.1.2, in the C locale, which a program may have left.
      constexpr const char* kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
      const std::string_view month(kMonths + static_cast<std::ptrdiff_t>(parts.tm_mon) * 3, 3);
      std::snprintf(stamp, sizeof stamp, "%2d %02d:%02d:%02d", parts.tm_mday, parts.tm_hour,
                    parts.tm_min, parts.tm_sec);
      return fmt::format("<{}>{} {} {}[{}]: {}", kDaemonFacility | priority, month, stamp,
                         program_invocation_short_name, ::getpid(),
                         format == LogFormat::text ? format_untimed(record)
                                                   : format_record(record, format)) +
             terminator();
    }
    case Kind::stderr_stream:
      if (journal_stream_) {
        return fmt::format(
            "<{}>{}\n", priority,
            format == LogFormat::text ? format_untimed(record) : format_record(record, format));
      }
      break;
    case Kind::stdout_stream:
    case Kind::file:
      break;
  }
  return format_record(record, format) + terminator();
}

UniqueFd LogTarget::open() const {
  refuse_nul(path_, "cannot log to " + path_, "its name");
  if (!is_socket()) {
    UniqueFd fd(open_by_others(path_));
    if (!fd) fd.reset(::open(path_.c_str(), kLogFlags, kLogMode));
    if (!fd) throw_errno("cannot open log file " + path_);
    return fd;
  }
  const std::string what = kind_ == Kind::syslog ? "the system log" : "the journal";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) {
    throw_errno(ENAMETOOLONG, "cannot log to " + what + " at " + path_);
  }
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw_errno("cannot log to " + what + " at " + path_);
  }
  return fd;
}

int LogTarget::fd() const {
  switch (kind_) {
    case Kind::stdout_stream:
      return STDOUT_FILENO;
    case Kind::stderr_stream:
      return STDERR_FILENO;
    default:
      return fd_.get();
  }
}

void LogTarget::reopen() {
  if (!is_inherited()) fd_ = open();
}

std::uint64_t LogTarget::write(std::string_view records) {
  *unwritten_ = count_records(records, terminator());
  std::uint64_t lost = 0;
  if (!is_socket()) {
    if (!write_stream(records, true)) lost = count_records(records, terminator());
    records = {};
  }
  while (!records.empty()) {
    const std::size_t end = records.find(terminator());
    if (!send(records.substr(0, end), true)) ++lost;
    records.remove_prefix(end + 1);
    --*unwritten_;
  }
  *unwritten_ = 0;
  return lost;
}

std::string LogTarget::name() const {
  switch (kind_) {
    case Kind::stdout_stream:
      return "standard output";
    case Kind::stderr_stream:
      return {};
    default:
      return path_;
  }
}

std::uint64_t LogTarget::try_write(std::string_view records) {
  const Unpatched unpatched;  // the caller holds a lock
  if (is_socket()) return send(records.substr(0, records.size() - 1), false) ? 0 : 1;
  return write_stream(records, false) ? 0 : count_records(records, terminator());
}

bool LogTarget::write_stream(std::string_view records, bool wait) {
  while (!records.empty()) {
    if (!wait && !is_writable_now(fd())) return false;
    const ssize_t count = ::write(fd(), records.data(), records.size());
    if (count >= 0) {
      const auto written = static_cast<std::size_t>(count);
      if (wait) *unwritten_ -= count_records(records.substr(0, written), terminator());
      records.remove_prefix(written);
    } else if (errno == EAGAIN) {
      // Somebody shares the descriptor and has made it non-blocking.
      if (!wait || !wait_until_writable(fd())) return false;
    } else if (errno != EINTR) {
      error_ = errno;
      return false;
    }
  }
  return true;
}

bool LogTarget::send(std::string_view record, bool wait) {
  const int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::send(fd_.get(), record.data(), record.size(), flags) >= 0) return true;
    if (errno == EINTR) {
      --attempt;
    } else if (errno == ECONNREFUSED || errno == ENOTCONN || errno == ECONNRESET) {
      // The daemon was started anew and has another socket at the same place.
      try {
        reopen();
      } catch (const std::system_error& error) {
        error_ = error.code().value();
        return false;
      }
    } else {
      break;
    }
  }
  error_ = errno;
  return false;
}

}  // namespace gnet::detail

namespace gnet {

void set_log_opener(std::function<int(const std::string& path)> open) {
  const std::lock_guard lock(detail::opener().mutex);
  detail::opener().open = std::move(open);
}

}  // namespace gnet
