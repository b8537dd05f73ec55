// What the client would like best: Accept, Accept-Encoding, Accept-Language (RFC 9110 §12.5).
//
//   const std::string_view offers[] = {"text/html", "application/json"};
//   const auto choice = gnet::http::choose_media_type(accept, offers);
//   if (choice) send_as(offers[*choice]); else answer_406();
//
// Offers are in the server's own order, which decides where the client likes several equally. An
// element of a field that is malformed is left out; a field that has no other is as if it were not
// there, and there (nothing) anything goes.
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace gnet::http {

// A field of a request: nothing if it has none. Several of a name are one, joined by commas.
using AcceptField = std::optional<std::string_view>;

// Which of the media types, such as "text/html" or "text/html;level=1", is best. Nothing if none is
// acceptable. The most specific range that a type falls in says how much it is liked.
[[nodiscard]] std::optional<std::size_t> choose_media_type(
    AcceptField accept, std::span<const std::string_view> offers);

// Which of the content codings ("gzip", "br", "zstd", "identity") is best. "identity", which is
// always there, is acceptable unless the field says otherwise, and only if it is among the offers
// is it chosen. Nothing: send it as it is or, where identity_allowed() is false, answer 406.
// Without the field nothing is compressed.
[[nodiscard]] std::optional<std::size_t> choose_encoding(AcceptField accept_encoding,
                                                         std::span<const std::string_view> offers);
[[nodiscard]] bool identity_allowed(AcceptField accept_encoding);

// Which of the languages ("en", "de-CH") is best, by the basic filtering of RFC 4647 §3.3.1 ("en"
// accepts "en-GB") and by its lookup (§3.4: "de-CH" accepts "de"), which comes after. Nothing if
// none is acceptable; it is for the server then to send what it has.
[[nodiscard]] std::optional<std::size_t> choose_language(AcceptField accept_language,
                                                         std::span<const std::string_view> offers);

// A person is looking at the answer: text/html is among what is asked for by its name. What falls
// back to a page ought to do so only then.
[[nodiscard]] bool wants_html(AcceptField accept);

}  // namespace gnet::http
