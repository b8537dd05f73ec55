// libcurl, which blocks and knows nothing of fibers, on many fibers of one thread. The server is on
// that thread, too: were one transfer to block it, nothing would ever be answered.

#include <curl/curl.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "gnet/gnet.h"
#include "gnet/patch/patch.h"

using namespace std::chrono_literals;

namespace {

constexpr auto kSlow = 300ms;
constexpr std::size_t kLarge = 2'000'000;

void check(bool good, const char* what) {
  if (good) return;
  std::printf("not so: %s\n", what);
  std::exit(1);
}

// Answers every request with the last word of its path, after a while; "/large" with a lot, and
// "/never" not at all.
void serve(gnet::Stream stream) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const std::size_t got = stream.receive(buffer, sizeof buffer);
    if (got == 0) return;
    request.append(buffer, got);
  }
  const std::size_t begin = request.find('/') + 1;
  std::string body = request.substr(begin, request.find(' ', begin) - begin);
  gnet::sleep(body == "never" ? 60s : kSlow);
  if (body == "large") body.assign(kLarge, 'x');
  stream.send_all("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\nConnection: close\r\n\r\n" + body);
}

struct Answer {
  CURLcode code;
  std::string body;
};

Answer get(const std::string& url) {
  Answer answer{};
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_IPRESOLVE, long{CURL_IPRESOLVE_V4});
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(
      curl, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* body) {
        static_cast<std::string*>(body)->append(data, size);
        return size;
      });
  answer.code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  return answer;
}

}  // namespace

int main() {
  check(gnet::patch::in_force(), "the program is patched");
  curl_global_init(CURL_GLOBAL_ALL);
  gnet::Listener listener("127.0.0.1:0");
  auto server = gnet::spawn([&] {
    for (;;) {
      gnet::spawn([accepted = listener.accept()]() mutable {
        try {
          serve(gnet::Stream(std::move(accepted.fd)));
        } catch (const std::system_error&) {
          // The client has gone.
        }
      });
    }
  });
  const std::string port = std::to_string(listener.local_endpoint().port());
  const std::string base = "http://127.0.0.1:" + port + "/";

  const auto start = gnet::Clock::now();
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 50; ++i) {
    fibers.push_back(gnet::spawn([&base, i] {
      const Answer answer = get(base + std::to_string(i));
      check(answer.code == CURLE_OK && answer.body == std::to_string(i), "a fiber gets its answer");
    }));
  }
  fibers.push_back(gnet::spawn([&base] {
    check(get(base + "large").body == std::string(kLarge, 'x'), "a large answer is whole");
  }));
  // The name is looked up by a thread of libcurl's.
  fibers.push_back(gnet::spawn([&port] {
    check(get("http://localhost:" + port + "/name").body == "name", "a name will do");
  }));
  gnet::joinall(fibers);
  const auto took = gnet::Clock::now() - start;
  std::printf("52 transfers of 300 ms took %s\n", gnet::format_duration(took).c_str());
  check(took >= kSlow && took < 5 * kSlow, "all wait at the same time");

  // Interrupts: libcurl ends the transfer, and the Timeout comes afterwards.
  const gnet::Timeout limit(50ms);
  try {
    check(get(base + "never").code != CURLE_OK, "libcurl tells that it was interrupted");
    check(gnet::Clock::now() - start < 30s, "a Timeout ends a transfer");
    gnet::detail::Scheduler::current().checkpoint();
    check(false, "the Timeout is thrown");
  } catch (const gnet::Timeout& thrown) {
    check(thrown == limit, "it is this one");
  }
  server.kill();
}
