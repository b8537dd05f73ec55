// One reading of one text as an Endpoint. The grammar is that of gnet-endpoints(7).
//
//   EndpointParser("tls+unix-l:///run/x.sock?mode=0600", Transport::tcp).parse();
//
// Threads: of one.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gnet/io/endpoint.h"

namespace gnet {

class EndpointParser {
 public:
  EndpointParser(std::string_view text, Transport transport) : text_(text) {
    endpoint_.transport_ = transport;
  }

  Endpoint parse();
  Endpoint parse_host(std::string_view host, std::uint16_t port);
  Endpoint parse_path(std::string_view path);

 private:
  [[noreturn]] void fail(std::string_view problem) const { throw BadEndpoint(text_, problem); }
  void parse_with_colon();
  void parse_short();
  void parse_url(std::string_view rest);
  std::string_view take_user(std::string_view authority);
  void set_target(std::string_view text);
  void set_request_target(std::string_view path);
  void end_request_target();
  void check(void (Endpoint::*rule)() const);
  void parse_socat(std::string_view rest);
  std::string percent_decoded(std::string_view text) const;
  void parse_query(std::string_view query);
  [[nodiscard]] bool goes_to_server(std::string_view key) const;
  void add_option(std::string_view key, std::string_view value);

  // ---- the scheme: endpoint_parser_layers.cpp ----
  bool set_scheme(std::string_view written, bool url);
  static bool is_url_only(std::string_view name);
  bool set_layers(std::string_view name);
  void add_layer(Layer layer);
  [[noreturn]] void refuse_layers(std::string_view written);
  [[noreturn]] void refuse_place(std::string_view part);
  [[noreturn]] void refuse_other(std::string_view scheme);

  // ---- hosts, ports and paths: endpoint_parser_host.cpp ----
  void parse_host_port(std::string_view text, bool port_alone, std::string_view usual_port = {});
  void set_port(std::string_view text);
  void set_host(std::string_view host);
  void set_v4(std::string_view host);
  void set_v6(std::string_view host);
  void set_name(std::string_view host);
  void set_unix_target(std::string_view target, bool encoded);
  void set_path(std::string path);
  [[nodiscard]] std::string_view loopback() const {
    return endpoint_.family_ == Family::v6 ? "::1" : "127.0.0.1";
  }

  // ---- what is no socket: endpoint_parser_local.cpp ----
  void parse_local(std::string_view scheme, std::string_view rest);
  void check_local_name(const std::string& name);
  void refuse_rest(std::string_view scheme, std::string_view rest) const;
  void set_command(std::string_view scheme, std::string_view command);
  void parse_open(std::string_view rest);

  std::string_view text_;
  Endpoint endpoint_;
  std::string query_;  // of a WebSocket's URL, as far as it goes to the server
  bool abstract_ = false;
};

}  // namespace gnet
