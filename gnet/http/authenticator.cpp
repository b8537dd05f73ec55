#include "gnet/http/authenticator.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "gnet/http/ascii.h"
#include "gnet/http/password_file.h"
#include "gnet/os/thread_pool.h"

namespace gnet::http {
namespace {

using Fingerprint = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

// Passwords that were right. What is kept of one is a hash under a key that only this object has,
// with what it was checked against in it: it says nothing of the password, and counts no more once
// the user has another.
class RightPasswords {
 public:
  explicit RightPasswords(std::size_t most) : places_(most) {
    if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) throw std::bad_alloc();
  }

  [[nodiscard]] Fingerprint fingerprint(std::string_view user, std::string_view password,
                                        std::string_view hash) const {
    std::string text(reinterpret_cast<const char*>(key_.data()), key_.size());
    // None of them has a NUL in it.
    text.append(user).append(1, '\0').append(password).append(1, '\0').append(hash);
    Fingerprint out{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
    OPENSSL_cleanse(text.data(), text.size());
    return out;
  }

  [[nodiscard]] bool has(const Fingerprint& one) const {
    return !places_.empty() && places_[place_of(one)] == one;
  }

  // Another that has the same place has to be checked again.
  void remember(const Fingerprint& one) {
    if (!places_.empty()) places_[place_of(one)] = one;
  }

 private:
  [[nodiscard]] std::size_t place_of(const Fingerprint& one) const {
    std::size_t number = 0;
    std::memcpy(&number, one.data(), sizeof number);
    return number % places_.size();
  }

  std::array<unsigned char, 32> key_{};
  std::vector<Fingerprint> places_;
};

bool is_name(std::string_view user) {
  return !user.empty() &&
         std::ranges::none_of(user, [](char c) { return c == ':' || detail::is_control(c); });
}

}  // namespace

class Authenticator::State {
 public:
  explicit State(const AuthenticatorOptions& options)
      : right_(options.remembered),
        pool_(std::max<std::size_t>(options.threads, 1), {.name = "gnet-passwords"}) {}

  void add(std::string_view user, std::string_view password) {
    if (!is_name(user)) throw std::invalid_argument("this is no name of a user");
    const std::lock_guard lock(mutex_);
    PasswordFile flags = flags_;
    if (users_->find(user) != nullptr || !flags.add(user, PasswordHash::plain(password))) {
      throw std::invalid_argument("user '" + std::string(user) + "' is there twice");
    }
    auto users = std::make_shared<PasswordFile>(*users_);
    users->add(user, PasswordHash::plain(password));
    users_ = std::move(users);
    flags_ = std::move(flags);
  }

  void read(std::vector<std::string> paths) {
    std::vector<PasswordFile> files;
    for (const std::string& path : paths) files.push_back(PasswordFile::read(path));
    const std::lock_guard lock(mutex_);
    auto users = std::make_shared<PasswordFile>(flags_);
    for (std::size_t i = 0; i < files.size(); ++i) {
      for (const auto& [user, hash] : files[i]) {
        if (!users->add(user, hash)) {
          throw std::runtime_error(paths[i] + ": user '" + user + "' is there twice");
        }
      }
    }
    users_ = std::move(users);
    paths_ = std::move(paths);
  }

  [[nodiscard]] std::vector<std::string> paths() const {
    const std::lock_guard lock(mutex_);
    return paths_;
  }

  [[nodiscard]] std::shared_ptr<const PasswordFile> users() const {
    const std::lock_guard lock(mutex_);
    return users_;
  }

  bool verify(std::string_view user, std::string_view password) {
    const auto users = this->users();
    const PasswordHash* const known = users->find(user);
    const PasswordHash* const hash = known != nullptr ? known : decoy(*users);
    if (hash == nullptr) return false;
    if (!hash->is_slow()) return hash->matches(password) && known != nullptr;
    const Fingerprint fingerprint = right_.fingerprint(user, password, hash->text());
    if (known != nullptr && is_remembered(fingerprint)) return true;
    // The fiber may leave before it is done: what is used has to stay.
    const bool matches =
        pool_.apply([users, hash, guess = std::string(password)] { return hash->matches(guess); });
    if (!matches || known == nullptr) return false;
    const std::lock_guard lock(mutex_);
    right_.remember(fingerprint);
    return true;
  }

 private:
  // What the password of a user that there is not is checked against, in vain: something slow, if
  // that is what others are checked against.
  static const PasswordHash* decoy(const PasswordFile& users) {
    const PasswordHash* any = nullptr;
    for (const auto& [user, hash] : users) {
      if (hash.is_slow()) return &hash;
      any = &hash;
    }
    return any;
  }

  bool is_remembered(const Fingerprint& fingerprint) const {
    const std::lock_guard lock(mutex_);
    return right_.has(fingerprint);
  }

  mutable std::mutex mutex_;  // never held across a suspension
  std::shared_ptr<const PasswordFile> users_ = std::make_shared<PasswordFile>();  // of both kinds
  PasswordFile flags_;
  std::vector<std::string> paths_;
  RightPasswords right_;
  ThreadPool pool_;
};

Authenticator::Authenticator(const AuthenticatorOptions& options)
    : state_(std::make_unique<State>(options)) {}
Authenticator::~Authenticator() = default;

void Authenticator::add(std::string_view user, std::string_view password) {
  state_->add(user, password);
}

void Authenticator::add_file(const std::string& path) {
  auto paths = state_->paths();
  paths.push_back(path);
  state_->read(std::move(paths));
}

void Authenticator::reload() {
  state_->read(state_->paths());
}

bool Authenticator::verify(std::string_view user, std::string_view password) {
  // A field has none of either; and what is remembered is told apart by them.
  if (user.find('\0') != user.npos || password.find('\0') != password.npos) return false;
  return state_->verify(user, password);
}

bool Authenticator::empty() const {
  return state_->users()->empty();
}

}  // namespace gnet::http
