#include "gnet/web/unfinished_uploads.h"

#include <openssl/rand.h>

#include <array>
#include <utility>

#include "gnet/http/http_error.h"

namespace gnet::web::detail {

void UnfinishedUploads::put(const std::string& key, UnfinishedUpload upload) {
  const std::lock_guard lock(mutex_);
  if (uploads_.size() >= most_ && !uploads_.contains(key)) {
    throw http::HTTPError(503, "too many uploads are unfinished");
  }
  upload.last = Clock::now();
  uploads_.insert_or_assign(key, std::move(upload));
}

std::optional<UnfinishedUpload> UnfinishedUploads::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(key);
  if (found == uploads_.end()) return std::nullopt;
  found->second.last = Clock::now();
  return found->second;
}

void UnfinishedUploads::erase(const std::string& key) {
  const std::lock_guard lock(mutex_);
  uploads_.erase(key);
}

std::vector<UnfinishedUpload> UnfinishedUploads::take_expired() {
  std::vector<UnfinishedUpload> expired;
  if (age_ <= Duration::zero()) return expired;
  const std::lock_guard lock(mutex_);
  const TimePoint oldest = Clock::now() - age_;
  for (auto at = uploads_.begin(); at != uploads_.end();) {
    if (at->second.last > oldest) {
      ++at;
      continue;
    }
    expired.push_back(std::move(at->second));
    at = uploads_.erase(at);
  }
  return expired;
}

std::vector<UnfinishedUpload> UnfinishedUploads::take_all() {
  std::vector<UnfinishedUpload> all;
  const std::lock_guard lock(mutex_);
  for (auto& [key, upload] : uploads_) all.push_back(std::move(upload));
  uploads_.clear();
  return all;
}

std::string make_token() {
  std::array<unsigned char, 16> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw std::runtime_error("no random bytes for an upload");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  for (const unsigned byte : random) (token += kDigits[byte >> 4U]) += kDigits[byte & 15U];
  return token;
}

}  // namespace gnet::web::detail
