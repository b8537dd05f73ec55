// Standard input, served once: to the first who asks for it.
//
//   HTTPStandardInput input("backup.tar", type, [] { end_the_server(); });
//   input(request, response);
//   return input.was_lost() ? cli::Exit::lost : status;
//
// Threads: may be called from any hub.

#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>

namespace gnet::http {
class Request;
class Response;
}  // namespace gnet::http

namespace commands {

class HTTPStandardInput {
 public:
  // An empty name: it is shown, and not stored under one. `over` is called once somebody has got
  // it, or all of it that there will be, unless the server ends anyway; it may be empty.
  HTTPStandardInput(std::string name, std::string type, std::function<void()> over = {})
      : name_(std::move(name)), type_(std::move(type)), over_(std::move(over)) {}

  // At "/" and at its name. HEAD does not take it. Who comes later gets HTTPError(410).
  void operator()(gnet::http::Request& request, gnet::http::Response& response);

  // It was taken by somebody who has not got all of it.
  [[nodiscard]] bool was_lost() const noexcept { return begun_ && !done_; }

 private:
  void send(gnet::http::Response& response);

  std::string name_;
  std::string type_;
  std::function<void()> over_;
  std::atomic<bool> begun_ = false;
  std::atomic<bool> done_ = false;
};

}  // namespace commands
