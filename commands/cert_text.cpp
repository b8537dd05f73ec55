#include "commands/cert_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ctime>
#include <vector>

#include "cli/out/plural.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

using std::chrono::sys_seconds;

std::string date_as(sys_seconds moment, const char* format) {
  const std::time_t seconds = moment.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format(fmt::runtime(format), parts);
}

// A subject that is empty is allowed, where there are alternative names.
std::string subject_text(const std::string& name) {
  return name.empty() ? "(no subject)" : gnet::printable(name);
}

std::vector<std::string> all_names(const gnet::Certificate& certificate) {
  std::vector<std::string> names = certificate.names();
  for (std::string& name : certificate.other_names()) names.push_back(std::move(name));
  return names;
}

std::string printable_list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + gnet::printable(word);
  return text;
}

std::string days_text(std::int64_t days) {
  return cli::plural(static_cast<std::uint64_t>(days < 0 ? -days : days), "day");
}

}  // namespace

sys_seconds cert_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::int64_t days_until(sys_seconds moment, sys_seconds now) {
  constexpr std::int64_t kDay = 24 * 60 * 60;
  const std::int64_t seconds = (moment - now).count();
  return seconds >= 0 ? seconds / kDay : -((-seconds + kDay - 1) / kDay);
}

std::string life_text(const gnet::Certificate& certificate, sys_seconds now) {
  if (certificate.not_before() > now) {
    return fmt::format("not valid before another {}",
                       days_text(days_until(certificate.not_before(), now) + 1));
  }
  const std::int64_t days = days_until(certificate.not_after(), now);
  // Of the first day after it, not even one has gone by.
  if (days < 0)
    return days == -1 ? "expired today" : fmt::format("expired {} ago", days_text(days + 1));
  return fmt::format("{} left", days_text(days));
}

std::string date_text(sys_seconds moment) {
  return date_as(moment, "{:%Y-%m-%d %H:%M:%S} UTC");
}

std::string json_date(sys_seconds moment) {
  return date_as(moment, "{:%Y-%m-%dT%H:%M:%SZ}");
}

std::string text_of(const gnet::Certificate& certificate, sys_seconds now) {
  std::string text = subject_text(certificate.subject()) + "\n";
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("   {:<11} {}\n", name, value);
  };
  add("issuer", certificate.is_self_issued() ? "itself" : subject_text(certificate.issuer()));
  add("names", printable_list(all_names(certificate)));
  add("valid", fmt::format("{} to {}, {}", date_text(certificate.not_before()),
                           date_text(certificate.not_after()), life_text(certificate, now)));
  add("key", certificate.key());
  add("signature", certificate.signature());
  add("use", printable_list(certificate.uses()));
  add("authority", certificate.is_authority() ? "yes" : "");
  add("serial", certificate.serial());
  add("sha256", certificate.fingerprint());
  add("sha1", certificate.fingerprint_sha1());
  add("pin", certificate.pin());
  return text;
}

cli::JsonObject json_of(const gnet::Certificate& certificate, sys_seconds now) {
  cli::JsonObject json;
  json.add("subject", certificate.subject())
      .add("issuer", certificate.issuer())
      .add("self_issued", certificate.is_self_issued())
      .add("names", all_names(certificate))
      .add("not_before", json_date(certificate.not_before()))
      .add("not_after", json_date(certificate.not_after()))
      .add("days_left", days_until(certificate.not_after(), now))
      .add("key", certificate.key())
      .add("key_bits", certificate.key_bits())
      .add("signature", certificate.signature())
      .add("uses", certificate.uses())
      .add("authority", certificate.is_authority())
      .add("serial", certificate.serial())
      .add("sha256", certificate.fingerprint())
      .add("sha1", certificate.fingerprint_sha1())
      .add("pin", certificate.pin())
      .add("pem", certificate.pem());
  return json;
}

}  // namespace commands
