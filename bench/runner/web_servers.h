// Web servers to compare with, each on one thread: nginx, lighttpd, h2o, and Node's `ws`.
//
// Those that are not installed are left out. They serve a folder, and "/hello" as fast as they can.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/runner/bench.h"
#include "bench/runner/certificate.h"

namespace bench {

// With a certificate over TLS. Writes a configuration into the build folder.
std::optional<Server> nginx(const Bench& bench, const std::string& folder,
                            const Certificate* certificate = nullptr);
std::optional<Server> lighttpd(const Bench& bench, const std::string& folder);
std::optional<Server> h2o(const Bench& bench, const std::string& folder);

// Echoes over WebSockets; `protocol` is ws or ws-deflate.
std::optional<Server> node_ws(const Bench& bench, const std::string& protocol);

// The program of this project that says hello.
Server hello_server(const Bench& bench, const Certificate* certificate = nullptr);

// The tool with these arguments, on one thread and a port of its choice.
Server tool_server(const Bench& bench, const std::string& protocol, const Command& arguments);

// A new folder in the build folder, with a file "hello" of 13 bytes.
std::string make_site(const Bench& bench);
void add_file(const std::string& folder, const std::string& name, std::size_t size);

}  // namespace bench
