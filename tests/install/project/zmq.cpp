#include <gnet/gnet.h>
#include <gnet/zmq/socket.h>

#include <cstdio>

int main() {
  gnet::zmq::Context context;
  gnet::zmq::Socket here(context, ZMQ_PAIR);
  gnet::zmq::Socket there(context, ZMQ_PAIR);
  here.bind("inproc://here");
  there.connect("inproc://here");
  auto reader = gnet::spawn([&] { std::puts(here.receive().c_str()); });
  there.send("hello");
  reader.join();
}
