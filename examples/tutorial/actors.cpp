// Actors: two that play ping pong. The original plays for ever; these stop after five.

#include <iostream>
#include <string>

#include "gnet/gnet.h"

struct Game {
  int balls = 5;

  gnet::Actor<std::string> ping{[this](std::string message) {
    std::cout << message << '\n';
    if (--balls == 0) return stop();
    pong.send("ping");
    gnet::yield();
  }};
  gnet::Actor<std::string> pong{[this](std::string message) {
    std::cout << message << '\n';
    if (--balls == 0) return stop();
    ping.send("pong");
    gnet::yield();
  }};

  void stop() {
    ping.stop();
    pong.stop();
  }
};

int main() {
  Game game;
  game.ping.send("start");
  gnet::wait_any(game.ping);
  gnet::wait_any(game.pong);
}
