// An echo server on Asio callbacks, written as Asio's own examples are: async_read_some, then
// async_write, then again. One thread, and Asio is told so.
//
//   asio_callbacks_echo [PORT]

#include <array>
#include <asio.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

using asio::ip::tcp;

namespace {

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    auto self = shared_from_this();
    socket_.async_read_some(asio::buffer(data_),
                            [this, self](std::error_code error, std::size_t size) {
                              if (!error) write(size);
                            });
  }

 private:
  void write(std::size_t size) {
    auto self = shared_from_this();
    asio::async_write(socket_, asio::buffer(data_, size),
                      [this, self](std::error_code error, std::size_t) {
                        if (!error) read();
                      });
  }

  tcp::socket socket_;
  std::array<char, 64 * 1024> data_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](std::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true), error);
      std::make_shared<Session>(std::move(socket))->read();
    }
    accept(acceptor);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<asio::ip::port_type>(argc > 1 ? std::atoi(argv[1]) : 0);
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  accept(acceptor);
  context.run();
}
