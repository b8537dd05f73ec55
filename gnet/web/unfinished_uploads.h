// Uploads that are not whole yet: what is known of them, and how long they may stay.
//
//   const std::string token = uploads.add({.place = place, .part = "x"}, "x");   // 503 if too many
//   if (auto upload = uploads.find(token)) continue_with(*upload);
//   uploads.erase(token);
//   for (const auto& old : uploads.take_expired()) remove(old);
//
// Their bytes are in the files that FolderWriter::resume() has for their parts.
//
// Threads: any.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/web/upload_store.h"

namespace gnet::web::detail {

struct UnfinishedUpload {
  Place place;
  std::string part;                       // the name under which it is resumed
  std::optional<std::uint64_t> length{};  // of the whole
  TimePoint last{};
};

class UnfinishedUploads {
 public:
  UnfinishedUploads(std::size_t most, Duration age) : most_(most), age_(age) {}

  // Keeps it under this key, instead of what was there. Throws HTTPError(503) if there are too
  // many.
  void put(const std::string& key, UnfinishedUpload upload);

  // It stays for another while then.
  [[nodiscard]] std::optional<UnfinishedUpload> find(const std::string& key);

  void erase(const std::string& key);

  // Those whose time is over, or all; they are forgotten.
  [[nodiscard]] std::vector<UnfinishedUpload> take_expired();
  [[nodiscard]] std::vector<UnfinishedUpload> take_all();

  [[nodiscard]] Duration age() const noexcept { return age_; }

 private:
  std::size_t most_;
  Duration age_;  // 0: for ever
  std::mutex mutex_;
  std::map<std::string, UnfinishedUpload> uploads_;
};

// 128 bits that nobody guesses, in hexadecimal digits.
[[nodiscard]] std::string make_token();

}  // namespace gnet::web::detail
