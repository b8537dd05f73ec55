// gnet load --mode stream: as many bytes as go, in one direction or both.
//
// Threads: of the hub of the stream.

#pragma once

#include "commands/load_link.h"
#include "commands/load_options.h"
#include "gnet/io/byte_stream.h"

namespace commands {

// Sends, receives or both until that moment, and counts what has gone. Suspends. Throws LoadFault
// (lost) when the server ends before, and what streams do.
void run_load_stream(gnet::ByteStream& stream, const LoadOptions& options, LoadBench& bench,
                     gnet::TimePoint end);

}  // namespace commands
