#include "gnet/io/sync_stream.h"

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include "gnet/fiber/scheduler.h"

namespace gnet::detail {

asio::any_io_executor AsioStream::get_executor() {
  return detail::Scheduler::current().io_context().get_executor();
}

void AsioStream::throw_end_of_stream() {
  throw std::system_error(asio::error::eof, "receive");
}

}  // namespace gnet::detail
