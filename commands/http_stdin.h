// Standard input, served once: to the first who asks for it.
//
//   HTTPStandardInput input("backup.tar", type);
//   input(request, response);
//   return input.was_lost() ? cli::Exit::lost : status;
//
// Threads: may be called from any hub.

#pragma once

#include <atomic>
#include <string>

namespace gnet::http {
class Request;
class Response;
}  // namespace gnet::http

namespace commands {

class HTTPStandardInput {
 public:
  // An empty name: it is shown, and not stored under one.
  HTTPStandardInput(std::string name, std::string type)
      : name_(std::move(name)), type_(std::move(type)) {}

  // At "/" and at its name. HEAD does not take it. Who comes later gets HTTPError(410).
  void operator()(gnet::http::Request& request, gnet::http::Response& response);

  // It was taken by somebody who has not got all of it.
  [[nodiscard]] bool was_lost() const noexcept { return begun_ && !done_; }

 private:
  std::string name_;
  std::string type_;
  std::atomic<bool> begun_ = false;
  std::atomic<bool> done_ = false;
};

}  // namespace commands
