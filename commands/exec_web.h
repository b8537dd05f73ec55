// What gnet exec-server answers to HTTP: WebSockets whose other side is a program, its lines as
// events, its answers by CGI (RFC 3875), and beside that files and the page to try it.
//
//   ExecWeb web(context, ExecWeb::Kind::ws);
//   web.answer(request, response);
//
// Threads: answer() may be called from any hub, by many at the same time.

#pragma once

#include <optional>
#include <string>
#include <utility>

#include "commands/exec_child.h"
#include "commands/exec_shared.h"
#include "gnet/base/unique_function.h"
#include "gnet/http/request_path.h"
#include "gnet/http/response.h"
#include "gnet/web/static_files.h"
#include "gnet/ws/web_socket_server.h"

namespace commands {

// While it lives `stop` is called when the server stops.
class AtDrain {
 public:
  AtDrain(gnet::http::Response& response, gnet::UniqueFunction<void()> stop) : response_(response) {
    response_.on_drain(std::move(stop));
  }
  AtDrain(const AtDrain&) = delete;
  AtDrain& operator=(const AtDrain&) = delete;
  ~AtDrain() { response_.on_drain({}); }

 private:
  gnet::http::Response& response_;
};

class ExecWeb {
 public:
  enum class Kind { ws, sse, cgi };

  // `shared`: the one program for all; null: each has its own.
  ExecWeb(ExecContext& context, Kind kind, ExecShared* shared);

  void answer(gnet::http::Request& request, gnet::http::Response& response);

 private:
  using Request = gnet::http::Request;
  using Response = gnet::http::Response;

  [[nodiscard]] ExecProgram program_for(const gnet::http::RequestPath& path) const;
  [[nodiscard]] bool answer_beside(Request& request, Response& response,
                                   const gnet::http::RequestPath& path);
  [[nodiscard]] ExecSlots::Place take_place() const;
  [[nodiscard]] ExecChild::Start start_of(const Request& request, const ExecProgram& program) const;
  void show_console(Response& response) const;

  void serve_socket(Request& request, Response& response, const gnet::http::RequestPath& path);
  void talk(gnet::ws::WebSocket& socket, ExecChild& child);
  void join_shared(gnet::ws::WebSocket& socket, ExecShared::Guest& guest);
  void serve_events(Request& request, Response& response, const gnet::http::RequestPath& path);
  void serve_cgi(Request& request, Response& response, const gnet::http::RequestPath& path,
                 const ExecPrograms& programs);
  bool answer_by_cgi(Request& request, Response& response, const ExecProgram& program,
                     std::string& redirect, bool is_first);

  ExecContext& context_;
  const Kind kind_;
  ExecShared* const shared_;
  const ExecFraming framing_;
  gnet::ws::AcceptOptions accept_;
  std::optional<gnet::web::StaticFiles> files_;
};

}  // namespace commands
