// Who may do what on a file server: users with passwords, tokens, and everybody.
//
//   HTTPGate gate(options);
//   gate.admit(request, path, gnet::http::Access::write);     // or throws HTTPError: 401, 403
//
// Threads: admit() may be called from any hub.

#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "commands/http_serve_options.h"
#include "gnet/http/authenticator.h"
#include "gnet/http/user_rules.h"

namespace gnet::http {
class Request;
class RequestPath;
}  // namespace gnet::http

namespace commands {

class HTTPGate {
 public:
  // Reads the files. Throws Failure.
  explicit HTTPGate(const HTTPServeOptions& options);

  // Suspends while a password is checked, and a while longer if it is wrong. The answer does not
  // depend on whether there is anything at the path.
  void admit(const gnet::http::Request& request, const gnet::http::RequestPath& path,
             gnet::http::Access wanted);

  // Reads the files anew; the function puts that in place. Throws Failure.
  [[nodiscard]] std::function<void()> reload();

  // There is nobody to ask for.
  [[nodiscard]] bool is_open() const noexcept { return open_; }

 private:
  using Tokens = std::shared_ptr<const std::vector<std::string>>;

  // Somebody who has said who they are: a name, or a token's.
  struct Caller {
    std::string user;
    bool known = false;
    bool wrong = false;  // said it, and it is not so
    bool has_token = false;
  };

  [[nodiscard]] Caller identify(const gnet::http::Request& request);
  [[nodiscard]] gnet::http::Access access_of(const Caller& caller,
                                             const gnet::http::RequestPath& path) const;
  [[nodiscard]] bool is_token(std::string_view guess);
  [[nodiscard]] Tokens read_tokens() const;
  [[nodiscard]] Tokens tokens();

  const HTTPServeOptions& options_;
  bool open_;
  gnet::http::Authenticator users_;
  gnet::http::UserRules rules_;
  std::mutex mutex_;
  Tokens tokens_;
};

}  // namespace commands
