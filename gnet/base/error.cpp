#include "gnet/base/error.h"

#include <cxxabi.h>

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <typeinfo>

#include "gnet/base/unique_function.h"

namespace gnet {
namespace {

// "Connection refused" in mid-sentence. Abbreviations ("SSL error") and names ("RPC", "X") stay.
std::string uncapitalized(std::string text) {
  if (text.empty()) return text;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.size() > 1 && std::isupper(at(0)) != 0 && std::islower(at(1)) != 0) {
    text[0] = static_cast<char>(std::tolower(at(0)));
  }
  return text;
}

std::string demangled(const std::type_info* type) {
  return type == nullptr ? "unknown exception" : type_name(*type);
}

// what() of a plain std::system_error ends with the reason as the C library writes it.
std::string system_text(const std::system_error& error) {
  const std::string reason = error.code().message();
  std::string text = error.what();
  if (!reason.empty() && text.size() >= reason.size() &&
      text.compare(text.size() - reason.size(), reason.size(), reason) == 0) {
    text.resize(text.size() - reason.size());
    return text + uncapitalized(reason);
  }
  return text;
}

std::string own_text(const std::exception& error) {
  if (const auto* ours = dynamic_cast<const SystemError*>(&error)) return ours->what();
  if (const auto* system = dynamic_cast<const std::system_error*>(&error)) {
    return system_text(*system);
  }
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "out of memory";
  return error.what();
}

}  // namespace

SystemError::SystemError(std::error_code code, std::string_view context)
    : std::system_error(code),
      text_(context.empty() ? describe(code) : std::string(context) + ": " + describe(code)),
      context_(std::string(context)) {}

SystemError::SystemError(std::error_code code, std::string_view context, std::string_view reason)
    : std::system_error(code),
      text_(std::string(context) + ": " + std::string(reason)),
      context_(std::string(context)) {}

void detail::throw_empty_function() {
  throw Misuse("an empty function was given, which nobody can call");
}

std::error_code last_error() noexcept {
  return {errno, std::system_category()};
}

void throw_error(std::error_code code, std::string_view context) {
  throw SystemError(code, context);
}

void throw_errno(std::string_view context) {
  throw SystemError(last_error(), context);
}

void throw_errno(int number, std::string_view context) {
  throw SystemError({number, std::system_category()}, context);
}

TimedOut::TimedOut(std::string_view context, TimePoint since)
    : SystemError({ETIMEDOUT, std::system_category()}, context,
                  "timed out after " + format_duration(Clock::now() - since, 2)) {}

void throw_timed_out(std::string_view context, TimePoint since) {
  throw TimedOut(context, since);
}

std::string type_name(const std::type_info& type) {
  if (type == typeid(std::string)) return "std::string";
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), &std::free);
  return name ? name.get() : type.name();
}

std::string describe(const std::error_code& code) {
  return uncapitalized(code.message());
}

std::string describe(const std::exception& exception) {
  std::string text = own_text(exception);
  if (const auto* nest = dynamic_cast<const std::nested_exception*>(&exception)) {
    const std::string inner = describe(nest->nested_ptr());
    if (!inner.empty()) text += ": " + inner;
  }
  return text;
}

std::string describe(const std::exception_ptr& exception) {
  if (!exception) return {};
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return describe(error);
  } catch (const Interrupt& interrupt) {
    return interrupt.what();
  } catch (const std::string& text) {
    return text;
  } catch (const char* text) {
    return text == nullptr ? "unknown exception" : text;
  } catch (...) {
    return "exception of type " + demangled(abi::__cxa_current_exception_type());
  }
}

std::string type_name(const std::exception_ptr& exception) {
  if (!exception) return {};
  try {
    std::rethrow_exception(exception);
  } catch (...) {
    return demangled(abi::__cxa_current_exception_type());
  }
}

}  // namespace gnet
