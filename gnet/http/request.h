// A request as its handler sees it.
//
//   void save(gnet::http::Request& request, gnet::http::Response& response) {
//     if (request.method() != "PUT") throw gnet::http::HTTPError(405, "only PUT");
//     while (auto piece = request.read_some(); !piece.empty()) file.write(piece);
//     response.send("saved\n");
//   }
//
// The head lies in the connection's buffer and is not copied: views of it are valid until the
// handler returns. The body is read when the handler asks for it, and not before; a client that
// waits for permission to send it (Expect: 100-continue) gets that then. What is not read is
// dropped afterwards.
//
// Threads: a Request belongs to the fiber of its handler.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/http/field_table.h"
#include "gnet/http/path_params.h"
#include "gnet/http/request_parser.h"

namespace gnet {
class Endpoint;
class Logger;
}  // namespace gnet

namespace gnet::http {

namespace detail {
class ServerConversation;
}

class Request {
 public:
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  [[nodiscard]] const RequestHead& head() const noexcept { return head_; }
  [[nodiscard]] std::string_view method() const noexcept { return head_.method(); }
  [[nodiscard]] std::string_view target() const noexcept { return head_.target(); }

  // As it was sent, encoded and unchecked: see RequestPath.
  [[nodiscard]] std::string_view path() const noexcept { return head_.path(); }
  [[nodiscard]] std::string_view query() const noexcept { return head_.query(); }

  [[nodiscard]] const FieldTable& headers() const noexcept { return head_.fields(); }
  [[nodiscard]] std::optional<std::string_view> header(FieldName name) const noexcept {
    return headers().find(name);
  }
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept {
    return headers().find(name);
  }

  // The first value of this name in the query, decoded; see FormReader for all of them.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;

  // Who asks.
  [[nodiscard]] const Endpoint& peer() const noexcept;

  // Where they have come to, and whether by TLS. local() throws std::system_error once the
  // connection is gone.
  [[nodiscard]] Endpoint local() const;
  [[nodiscard]] bool is_secure() const noexcept;

  // The number of the connection, see Connection::session_id(); 0 without one.
  [[nodiscard]] std::uint64_t connection() const noexcept;

  // Of the connection: its lines say whose they are.
  [[nodiscard]] const Logger& log() const;

  // ---- its route, if there is one ----

  // What stands for {name} in the path, decoded; empty where there is no such name.
  [[nodiscard]] std::string_view param(std::string_view name) const noexcept;

  // For a handler that answers for a path and all below it: what is below, decoded and without a
  // slash before it.
  [[nodiscard]] std::optional<std::string_view> below() const noexcept;

  // What a router has found: the request has it while this lives.
  class Route {
   public:
    Route(Request& request, const PathParams* params,
          std::optional<std::string_view> below = {}) noexcept
        : request_(request), outer_(request.route_), params_(params), below_(below) {
      request.route_ = this;
    }
    Route(const Route&) = delete;
    Route& operator=(const Route&) = delete;
    ~Route() { request_.route_ = outer_; }

   private:
    friend class Request;
    Request& request_;
    const Route* outer_;        // of the router that has called this one
    const PathParams* params_;  // or null
    std::optional<std::string_view> below_;
  };

  // ---- the body ----

  [[nodiscard]] bool has_body() const noexcept { return head_.framing().has_body(); }

  // The next piece of the body, of whatever size it came in; empty at its end. Valid until the
  // next read. Suspends. Throws HTTPError for a body that is malformed (400), too large (413) or
  // does not come (408), and std::system_error when the client has gone.
  [[nodiscard]] std::string_view read_some();

  // All of the rest. Throws as read_some(), and HTTPError(413) if that is more than `most` bytes.
  [[nodiscard]] std::string read_all(std::size_t most = 16 * 1024 * 1024);

  // Of a chunked body that was read to its end.
  [[nodiscard]] const FieldTable& trailers() const noexcept;

 private:
  friend class detail::ServerConversation;
  Request(detail::ServerConversation& conversation, const RequestHead& head) noexcept
      : conversation_(conversation), head_(head) {}

  detail::ServerConversation& conversation_;
  const RequestHead& head_;
  const Route* route_ = nullptr;
};

}  // namespace gnet::http
