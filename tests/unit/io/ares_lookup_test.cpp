#include "gnet/io/ares_lookup.h"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/io/datagram.h"
#include "gnet/io/resolver.h"

BOOST_AUTO_TEST_SUITE(ares_lookup)

using namespace std::chrono_literals;
using gnet::Family;
using gnet::resolve;
using gnet::ResolveError;
using gnet::ResolverBackend;

namespace {

// A name server on loopback (RFC 1035). It knows 192.0.2.7 as the address of every name below
// .known, answers nothing to .silent, and says of all else that it does not exist.
class NameServer {
 public:
  explicit NameServer(unsigned ttl)
      : ttl_(ttl), socket_(gnet::DatagramSocket::bind(gnet::Endpoint::parse("udp://127.0.0.1:0"))) {
    serving_ = gnet::spawn([this] { serve(); });
  }
  ~NameServer() { serving_.kill(); }

  [[nodiscard]] std::string address() const {
    return fmt::format("127.0.0.1:{}", socket_.local_endpoint().port());
  }

  int asked = 0;

 private:
  static std::string name_in(std::string_view question) {
    std::string name;
    for (std::size_t at = 0; at < question.size() && question[at] != 0;) {
      const auto length = static_cast<std::size_t>(question[at]);
      name.append(question.substr(at + 1, length)).push_back('.');
      at += 1 + length;
    }
    return name;
  }

  std::string answer_to(std::string_view request) const {
    const std::string_view question = request.substr(12);
    const std::string name = name_in(question);
    const std::size_t question_size = name.size() + 1 + 4;
    const bool is_a = question[name.size() + 2] == 1;
    const bool exists = name.ends_with(".known.");
    std::string answer(request.substr(0, 2));
    answer += exists ? std::string("\x81\x80", 2) : std::string("\x81\x83", 2);
    answer += std::string("\0\1\0", 3) + (exists && is_a ? '\1' : '\0') + std::string(4, '\0');
    answer += question.substr(0, question_size);
    if (exists && is_a) {
      answer += std::string("\xc0\x0c\0\1\0\1", 6);  // that name, A, IN
      for (int shift = 24; shift >= 0; shift -= 8) answer += static_cast<char>(ttl_ >> shift);
      answer += std::string("\0\4\xc0\0\2\7", 6);
    }
    return answer;
  }

  void serve() {
    char buffer[512];
    gnet::SocketAddress peer;
    while (auto size = socket_.receive(buffer, sizeof buffer, peer)) {
      const std::string_view request(buffer, *size);
      ++asked;
      if (name_in(request.substr(12)).ends_with(".silent.")) continue;
      socket_.send(answer_to(request), peer);
    }
  }

  const unsigned ttl_;
  gnet::DatagramSocket socket_;
  gnet::Fiber<void> serving_;
};

// For one test the process asks this name server, and nobody else.
struct Configured {
  explicit Configured(unsigned ttl = 60) : server(ttl) {
    gnet::ResolverOptions options;
    options.backend = ResolverBackend::ares;
    options.nameservers = server.address();
    gnet::configure_resolver(options);
  }
  ~Configured() { gnet::configure_resolver({}); }
  NameServer server;
};

const auto kKnown = std::vector{asio::ip::make_address("192.0.2.7")};

}  // namespace

BOOST_AUTO_TEST_CASE(a_name_server_is_asked) {
  Configured configured;
  BOOST_TEST((resolve("host.known", Family::v4, 20s) == kKnown));
  BOOST_TEST(configured.server.asked == 1);
}

BOOST_AUTO_TEST_CASE(both_families_are_asked_for) {
  Configured configured;
  BOOST_TEST((resolve("host.known", Family::any, 20s) == kKnown));
  BOOST_TEST(configured.server.asked == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_is_kept_for_its_ttl) {
  Configured configured(60);
  static_cast<void>(resolve("host.known", Family::v4, 20s));
  static_cast<void>(resolve("host.known", Family::v4, 20s));
  BOOST_TEST(configured.server.asked == 1);
}

BOOST_AUTO_TEST_CASE(an_answer_without_ttl_is_not_kept) {
  Configured configured(0);
  static_cast<void>(resolve("host.known", Family::v4, 20s));
  static_cast<void>(resolve("host.known", Family::v4, 20s));
  BOOST_TEST(configured.server.asked == 2);
}

BOOST_AUTO_TEST_CASE(a_name_that_does_not_exist_is_said_so) {
  Configured configured;
  BOOST_CHECK_EXCEPTION(static_cast<void>(resolve("host.unknown", Family::v4, 20s)), ResolveError,
                        [](const ResolveError& error) {
                          return std::string(error.what()) ==
                                 "cannot resolve 'host.unknown': name or service not known";
                        });
}

BOOST_AUTO_TEST_CASE(a_name_without_addresses_of_the_family_is_said_so) {
  Configured configured;
  BOOST_CHECK_THROW(static_cast<void>(resolve("host.known", Family::v6, 20s)), ResolveError);
}

BOOST_AUTO_TEST_CASE(the_hosts_file_is_read) {
  Configured configured;
  for (const auto& address : resolve("localhost", Family::any, 20s)) {
    BOOST_TEST(address.is_loopback());
  }
  BOOST_TEST(configured.server.asked == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_silent_holds_up_no_other_name) {
  Configured configured;
  std::vector<gnet::Fiber<void>> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(gnet::spawn([i] {
      BOOST_CHECK_THROW(
          static_cast<void>(resolve(fmt::format("host{}.silent", i), Family::v4, 200ms)),
          ResolveError);
    }));
  }
  gnet::yield();
  BOOST_TEST((resolve("host.known", Family::v4, 20s) == kKnown));
  gnet::joinall(waiting);
}

BOOST_AUTO_TEST_CASE(many_names_are_asked_for_at_once) {
  Configured configured;
  std::vector<gnet::Fiber<bool>> fibers;
  for (int i = 0; i < 300; ++i) {
    fibers.push_back(gnet::spawn(
        [i] { return resolve(fmt::format("host{}.known", i), Family::v4, 20s) == kKnown; }));
  }
  BOOST_TEST(std::all_of(fibers.begin(), fibers.end(), [](auto& fiber) { return fiber.get(); }));
}

BOOST_AUTO_TEST_CASE(other_threads_get_their_answers) {
  Configured configured;
  auto asking = gnet::spawn([] {
    std::atomic<bool> ended = false;
    bool right = false;
    std::thread thread([&] {
      right = resolve("host.known", Family::v4, 20s) == kKnown;
      ended = true;
    });
    while (!ended) gnet::sleep(1ms);
    thread.join();
    return right;
  });
  BOOST_TEST(asking.get());
}

BOOST_AUTO_TEST_CASE(choosing_it_again_opens_nothing) {
  const auto open_descriptors = [] {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/self/fd")) {
      ++count;
    }
    return count;
  };
  gnet::ResolverOptions options;
  options.backend = ResolverBackend::ares;
  gnet::configure_resolver(options);
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 5; ++i) gnet::configure_resolver(options);
  BOOST_TEST(open_descriptors() == before);
  gnet::configure_resolver({});
}

BOOST_AUTO_TEST_CASE(name_servers_that_are_none_are_refused) {
  gnet::ResolverOptions options;
  options.backend = ResolverBackend::ares;
  options.nameservers = "nobody";
  BOOST_CHECK_EXCEPTION(gnet::configure_resolver(options), std::invalid_argument,
                        [](const std::invalid_argument& error) {
                          return std::string(error.what()).find("nobody") != std::string::npos;
                        });
}

BOOST_AUTO_TEST_CASE(name_servers_behind_a_nul_byte_are_not_left_out_silently) {
  gnet::ResolverOptions options;
  options.backend = ResolverBackend::ares;
  options.nameservers = std::string("127.0.0.1\0,127.0.0.2", 20);
  BOOST_CHECK_EXCEPTION(gnet::configure_resolver(options), std::invalid_argument,
                        [](const std::invalid_argument& error) {
                          return std::string(error.what()) ==
                                 "name servers '127.0.0.1': a NUL byte follows";
                        });
}

BOOST_AUTO_TEST_SUITE_END()
