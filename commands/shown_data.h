// What --log-data shows of a message, and how.
//
//   log_data(log, LogData::hex, data);      // data: 6f6f7878
//
// Threads: functions without state.

#pragma once

#include <string_view>

#include "gnet/base/log.h"

namespace commands {

enum class LogData { off, text, hex };

void log_data(const gnet::Logger& log, LogData how, std::string_view data);

}  // namespace commands
