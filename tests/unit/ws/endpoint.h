// What a Codec makes of bytes, as text that a test can compare.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gnet/ws/codec.h"

// Feeds bytes in pieces, of which the first may have another length, and writes down what comes of
// it: "text Hello | ping p | close 1000 bye | failure 1002", and after "=>" what the codec wrote,
// as read_by_hand() has it. Long data is told by its length. `codec` may have been used before.
std::string transcript(gnet::ws::Codec& codec, gnet::ws::Role role, std::string bytes,
                       std::size_t piece, std::size_t first = 0);

// The same of a new codec; checks that it does not matter how the bytes are cut: byte by byte, in
// two at every place (of long ones at some), and in pieces of several sizes.
std::string outcome(gnet::ws::Role role, const gnet::ws::CodecOptions& options,
                    const std::string& bytes);
