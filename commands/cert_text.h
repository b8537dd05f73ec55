// Certificates as gnet cert prints them, for people and as JSON.
//
//   print(text_of(certificate, now));
//   document.add("certificate", json_of(certificate, now));
//
// What a certificate says of itself may be anything: the text has no control characters in it.
//
// Threads: functions without state.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/out/json.h"
#include "gnet/io/certificate.h"

namespace commands {

[[nodiscard]] std::chrono::sys_seconds cert_now();

// Whole days from now to that moment, less than 0 if it has passed.
[[nodiscard]] std::int64_t days_until(std::chrono::sys_seconds moment,
                                      std::chrono::sys_seconds now);

// "58 days left", "expired 3 days ago", "not valid before another 2 days".
[[nodiscard]] std::string life_text(const gnet::Certificate& certificate,
                                    std::chrono::sys_seconds now);

// "2026-11-21 12:01:07 UTC"; with a T and a Z for JSON.
[[nodiscard]] std::string date_text(std::chrono::sys_seconds moment);
[[nodiscard]] std::string json_date(std::chrono::sys_seconds moment);

// Its subject, and a line for each thing that it says, indented.
[[nodiscard]] std::string text_of(const gnet::Certificate& certificate,
                                  std::chrono::sys_seconds now);
[[nodiscard]] cli::JsonObject json_of(const gnet::Certificate& certificate,
                                      std::chrono::sys_seconds now);

}  // namespace commands
