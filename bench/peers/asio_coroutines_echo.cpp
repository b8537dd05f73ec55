// An echo server on Asio's C++20 coroutines, written as Asio's own examples are.
//
//   asio_coroutines_echo [PORT]

#include <array>
#include <asio.hpp>
#include <cstdio>
#include <cstdlib>
#include <utility>

using asio::ip::tcp;

namespace {

asio::awaitable<void> echo(tcp::socket socket) {
  try {
    std::array<char, 64 * 1024> data;
    for (;;) {
      const auto size = co_await socket.async_read_some(asio::buffer(data), asio::use_awaitable);
      co_await asio::async_write(socket, asio::buffer(data, size), asio::use_awaitable);
    }
  } catch (const std::system_error&) {  // end of stream, or the peer is gone
  }
}

asio::awaitable<void> serve(tcp::acceptor acceptor) {
  for (;;) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), echo(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<asio::ip::port_type>(argc > 1 ? std::atoi(argv[1]) : 0);
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  asio::co_spawn(context, serve(std::move(acceptor)), asio::detached);
  context.run();
}
