// Descriptors that are not gnet's, used cooperatively: before each call that could block,
// a fiber waits until it does not. A child process adds a number to each message.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

constexpr const char* kRelay = R"(
  i=0
  while read message; do echo "$message in $i"; i=$((i + 1)); done
)";

// A pipe as any library makes one, in blocking mode.
std::array<gnet::UniqueFd, 2> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) gnet::throw_errno("cannot make a pipe");
  return {gnet::UniqueFd(ends[0]), gnet::UniqueFd(ends[1])};
}

void put_messages(gnet::UniqueFd writer) {
  for (int i = 0; i < 5; ++i) {
    gnet::wait_write(writer.get());
    if (::write(writer.get(), "hi\n", 3) != 3) gnet::throw_errno("cannot write");
  }
}

void get_messages(const gnet::UniqueFd& reader) {
  for (;;) {
    gnet::wait_read(reader.get());
    std::array<char, 256> text;
    const ssize_t size = ::read(reader.get(), text.data(), text.size());
    if (size <= 0) return;
    std::printf("%.*s", static_cast<int>(size), text.data());
  }
}

int main() {
  auto [relay_in, a] = make_pipe();
  auto [d, relay_out] = make_pipe();
  gnet::Popen relay({"sh", "-c", kRelay}, {.in = gnet::Stdio::fd(relay_in.get()),
                                           .out = gnet::Stdio::fd(relay_out.get())});
  relay_in.reset();
  relay_out.reset();
  auto getter = gnet::spawn([&d = d] { get_messages(d); });
  auto putter = gnet::spawn([a = std::move(a)]() mutable { put_messages(std::move(a)); });
  getter.join(10s);
  putter.join(10s);
  return relay.wait();
}
