// A URL of http, https, ws or wss, read as browsers read it (URL Standard, RFC 3986).
//
//   const gnet::http::URL url("https://user@b\u00fccher.test/a/../list?page=2");
//   url.host();            // "xn--bcher-kva.test"
//   url.port();            // 443
//   url.target();          // "/list?page=2"
//   url.resolve("img/1.png").str();     // "https://user@xn--bcher-kva.test/img/1.png"
//
// What is not written as the standard has it is repaired as browsers do: backslashes are
// slashes, tabs and line ends are dropped, dot segments (%2e too) are resolved, an IPv4 address
// may be 0x7f.1, and the port of the scheme goes away. So two URLs that mean the same thing to a
// browser are equal here, and a check of host() looks at the host that is then dialled.
//
// Threads: a value; const members may be called from any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gnet::http {

// "cannot read URL 'http://': no host". What control characters it has are escaped.
class URLError : public std::invalid_argument {
 public:
  URLError(std::string_view url, std::string_view reason);
};

class URL {
 public:
  // Throws URLError for what is no absolute URL of the four schemes.
  explicit URL(std::string_view text);

  // Nothing instead of an exception.
  [[nodiscard]] static std::optional<URL> parse(std::string_view text);

  // What a reference means that stands in the document of this URL: a link, or the Location of
  // an answer. It may be absolute. Throws URLError.
  [[nodiscard]] URL resolve(std::string_view reference) const;

  // As resolve() for the Location of a redirect: without a fragment of its own it has this
  // URL's (RFC 9110 §10.2.2).
  [[nodiscard]] URL redirect(std::string_view location) const;

  // "http", "https", "ws" or "wss".
  [[nodiscard]] std::string_view scheme() const noexcept { return scheme_; }
  // Over TLS: https or wss.
  [[nodiscard]] bool is_secure() const noexcept { return scheme_ == "https" || scheme_ == "wss"; }

  // Percent-encoded; both empty without user info.
  [[nodiscard]] const std::string& username() const noexcept { return username_; }
  [[nodiscard]] const std::string& password() const noexcept { return password_; }

  // A name in lower case and ASCII, an IPv4 address in dots, or an IPv6 address in brackets.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  // As sockets and the resolver take it: an IPv6 address without its brackets.
  [[nodiscard]] std::string_view host_name() const noexcept;

  // The one to connect to: that of the scheme, if none is written.
  [[nodiscard]] std::uint16_t port() const noexcept;
  // Whether it is another than that of the scheme.
  [[nodiscard]] bool has_port() const noexcept { return port_.has_value(); }

  // As the Host field of a request has it: the port only if it is not that of the scheme.
  [[nodiscard]] std::string authority() const;
  // "https://example.test": two URLs of one origin may share connections and credentials.
  [[nodiscard]] std::string origin() const;

  // Begins with a slash. Percent-encoded, as are query and fragment.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // Without its question mark; an empty query differs from none.
  [[nodiscard]] const std::optional<std::string>& query() const noexcept { return query_; }
  [[nodiscard]] const std::optional<std::string>& fragment() const noexcept { return fragment_; }

  // Path and query, as a request line has them.
  [[nodiscard]] std::string target() const;

  // All of it. Reading it again gives an equal URL.
  [[nodiscard]] std::string str() const;

  // The same without user name, password and fragment: for logs, and for the Referer field.
  [[nodiscard]] URL stripped() const;

  // With another query (without its question mark), encoded where it has to be.
  [[nodiscard]] URL with_query(std::optional<std::string_view> query) const;

  friend bool operator==(const URL&, const URL&) = default;

 private:
  friend class URLParser;
  URL() = default;

  std::string_view scheme_;  // one of four constants
  std::string username_;
  std::string password_;
  std::string host_;
  std::optional<std::uint16_t> port_;
  std::string path_;
  std::optional<std::string> query_;
  std::optional<std::string> fragment_;
};

}  // namespace gnet::http
