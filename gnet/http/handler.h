// What answers a request.
//
//   gnet::http::Handler hello = [](gnet::http::Request& request, gnet::http::Response& response) {
//     response.send("hello " + std::string(request.path()) + "\n");
//   };
//
// What it throws is an answer as well, see HTTPServerFactory.
//
// Threads: with a server on several threads it is called on all of them.

#pragma once

#include "gnet/base/unique_function.h"

namespace gnet::http {

class Request;
class Response;

using Handler = UniqueFunction<void(Request& request, Response& response)>;

}  // namespace gnet::http
