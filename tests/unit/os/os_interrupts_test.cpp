// Every suspension point of threads, processes and foreign descriptors, interrupted in
// every way: no descriptor, no child and no place in a pool is left behind. A new one is
// one more row in points().

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <future>
#include <iterator>
#include <string>

#include "gnet/io/buffered.h"
#include "gnet/io/pipe.h"
#include "gnet/io/wait_fd.h"
#include "gnet/os/file.h"
#include "gnet/os/message_pipe.h"
#include "gnet/os/subprocess.h"
#include "gnet/os/thread_pool.h"
#include "tests/unit/eventually.h"
#include "tests/unit/interrupts.h"

BOOST_AUTO_TEST_SUITE(os_interrupts)

using namespace test;

namespace {

// ---- thread pools ----

// A pool whose thread does not come back before open().
struct Busy {
  Busy() {
    task.emplace(pool.spawn([this] { future.wait(); }));
  }
  ~Busy() { open(); }
  void open() {
    if (!std::exchange(opened, true)) promise.set_value();
  }
  // Whether the pool still does its work, and has nothing else to do.
  bool sound() {
    open();
    return pool.join(30s) && pool.apply([] { return 1; }) == 1 && pool.unfinished() == 0;
  }
  std::promise<void> promise;
  std::shared_future<void> future = promise.get_future().share();
  bool opened = false;
  gnet::ThreadPool pool{1, {.queue = 1}};
  std::optional<gnet::PoolTask<void>> task;
};

template <typename Use>
std::function<Scene()> pool_scene(Use use) {
  return [use]() -> Scene {
    auto busy = std::make_shared<Busy>();
    return {[=] { use(*busy); }, [=] { busy->open(); }, [=](bool, bool) { return busy->sound(); }};
  };
}

// ---- processes ----

bool no_children() {
  return waitid(P_ALL, 0, nullptr, WEXITED | WNOWAIT | WNOHANG) != 0 && errno == ECHILD;
}

template <typename Wait>
std::function<Scene()> process_scene(Wait wait) {
  return [wait]() -> Scene {
    auto process = std::make_shared<gnet::Popen>(
        std::vector<std::string>{"cat"},
        gnet::PopenOptions{.in = gnet::Stdio::pipe(), .out = gnet::Stdio::pipe()});
    // Its input stays open, so that it runs.
    auto input = std::make_shared<gnet::Pipe>(std::move(process->in()));
    input->send_all("text");
    return {[=] { wait(*process); }, nullptr,
            [=](bool, bool) {
              input->close();
              return process->communicate({}, 30s).out == "text" && process->wait() == 0;
            }};
  };
}

// ---- descriptors ----

struct Ends {
  Ends() { std::tie(reader, writer) = gnet::Pipe::make(); }
  gnet::Pipe reader;
  gnet::Pipe writer;
};

template <typename Wait>
std::function<Scene()> readable_scene(Wait wait) {
  return [wait]() -> Scene {
    auto ends = std::make_shared<Ends>();
    return {[=] { wait(ends->reader); }, [=] { ends->writer.send_all("1"); },
            [=](bool woken, bool) {
              if (!woken) ends->writer.send_all("1");
              char bytes[2];
              return ends->reader.receive(bytes, sizeof bytes, 30s) == 1;
            }};
  };
}

template <typename Receive>
std::function<Scene()> receive_scene(Receive receive) {
  return [receive]() -> Scene {
    auto ends = std::make_shared<Ends>();
    return {[=] { receive(ends->reader); }, [=] { ends->writer.send_all("1"); },
            [=](bool woken, bool returned) {
              ends->writer.send_all("2");
              ends->writer.close();
              return ends->reader.receive_all(30s) == (woken && !returned ? "12" : "2");
            }};
  };
}

template <typename Send>
std::function<Scene()> writable_scene(Send send) {
  return [send]() -> Scene {
    auto ends = std::make_shared<Ends>();
    while (ends->writer.try_send(std::string(4096, 'x')) > 0) {
    }
    auto drain = [=] {
      std::string buffer(1024 * 1024, '\0');
      while (ends->reader.try_receive(buffer.data(), buffer.size())) {
      }
    };
    return {[=] { send(ends->writer); }, drain,
            [=](bool, bool) {
              drain();
              ends->writer.send_all("end", 30s);
              char bytes[8];
              return ends->reader.receive(bytes, sizeof bytes, 30s) == 3;
            }};
  };
}

// A descriptor whose read blocks the thread: a pipe in blocking mode.
template <typename Use>
std::function<Scene()> file_scene(Use use) {
  return [use]() -> Scene {
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    auto file = std::make_shared<gnet::File>(gnet::UniqueFd(ends[0]));
    auto writer = std::make_shared<gnet::UniqueFd>(ends[1]);
    return {[=] { use(*file); }, [=] { writer->reset(); },
            [=](bool, bool) {
              writer->reset();
              if (!gnet::default_thread_pool().join(30s)) return false;
              if (file->is_open() && !file->read_all().empty()) return false;
              file->close();
              return true;
            }};
  };
}

Scene get_scene() {
  auto ends =
      std::make_shared<std::pair<gnet::MessagePipe, gnet::MessagePipe>>(gnet::MessagePipe::make());
  return {[=] { static_cast<void>(ends->first.get<int>()); }, [=] { ends->second.put(1); },
          [=](bool woken, bool returned) {
            ends->second.put(2);
            return ends->first.get<int>(30s) == (woken && !returned ? 1 : 2);
          }};
}

// A message that is too long for the socket: nothing of it may be torn.
Scene put_scene() {
  auto ends =
      std::make_shared<std::pair<gnet::MessagePipe, gnet::MessagePipe>>(gnet::MessagePipe::make());
  return {[=] { ends->first.put(std::string(3'000'000, 'x')); }, nullptr,
          [=](bool, bool) {
            auto next = gnet::spawn([&] { ends->first.put("next", 30s); });
            auto message = ends->second.get<std::string>(30s);
            if (message->size() == 3'000'000) message = ends->second.get<std::string>(30s);
            return message == "next" && next.join(30s);
          }};
}

Scene sendfile_scene() {
  int pair[2];
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
  auto here = std::make_shared<gnet::Stream>(gnet::UniqueFd(pair[0]));
  auto there = std::make_shared<gnet::Stream>(gnet::UniqueFd(pair[1]));
  auto file = std::make_shared<gnet::File>(gnet::File::open("/proc/self/exe"));
  return {[=] { gnet::sendfile(*here, *file, 0, 100'000'000); }, nullptr,
          [=](bool, bool) {
            here->close();
            gnet::BufferedReader reader(*there);
            return reader.read_all(30s).starts_with(
                "\x7f"
                "ELF");
          }};
}

std::vector<Point> points() {
  using gnet::File;
  using gnet::Pipe;
  return {
      {"ThreadPool::apply", pool_scene([](Busy& busy) { busy.pool.apply([] {}); })},
      {"ThreadPool::spawn", pool_scene([](Busy& busy) {
         const auto first = busy.pool.spawn([] {});
         const auto second = busy.pool.spawn([] {});  // no room
         second.wait();
       })},
      {"ThreadPool::map", pool_scene([](Busy& busy) {
         busy.pool.map(std::vector{1, 2, 3}, [](int i) { return i; });
       })},
      {"ThreadPool::join", pool_scene([](Busy& busy) { busy.pool.join(); })},
      {"PoolTask::get", pool_scene([](Busy& busy) { busy.task->get(); })},
      {"PoolTask::wait, deadline",
       pool_scene([](Busy& busy) { static_cast<void>(busy.task->wait(30s)); })},
      {"Popen::wait", process_scene([](gnet::Popen& process) { process.wait(); })},
      {"Popen::wait, deadline",
       process_scene([](gnet::Popen& process) { static_cast<void>(process.wait(30s)); })},
      {"Popen::communicate", process_scene([](gnet::Popen& process) { process.communicate(); })},
      {"run",
       [] {
         return Scene{[] { gnet::run({"sleep", "30"}); }, nullptr, always};
       }},
      {"check_output",
       [] {
         return Scene{[] {
                        static_cast<void>(gnet::check_output({"sleep", "30"}));
                      },
                      nullptr, always};
       }},
      {"wait_read", readable_scene([](Pipe& pipe) { gnet::wait_read(pipe.native_handle()); })},
      {"wait_read, deadline",
       readable_scene([](Pipe& pipe) { gnet::wait_read(pipe.native_handle(), 30s); })},
      {"wait_write", writable_scene([](Pipe& pipe) { gnet::wait_write(pipe.native_handle()); })},
      {"poll", readable_scene([](Pipe& pipe) {
         pollfd descriptor{pipe.native_handle(), POLLIN, 0};
         gnet::poll({&descriptor, 1});
       })},
      {"select_fds", readable_scene([](Pipe& pipe) {
         static_cast<void>(gnet::select_fds({pipe.native_handle()}));
       })},
      {"Pipe::receive", receive_scene([](Pipe& pipe) {
         char byte;
         pipe.receive(&byte, 1);
       })},
      {"Pipe::receive, deadline", receive_scene([](Pipe& pipe) {
         char byte;
         pipe.receive(&byte, 1, 30s);
       })},
      {"Pipe::send_some", writable_scene([](Pipe& pipe) { pipe.send_some("y"); })},
      {"Pipe::send_all, deadline", writable_scene([](Pipe& pipe) { pipe.send_all("y", 30s); })},
      {"File::read", file_scene([](File& file) {
         char byte;
         file.read(&byte, 1);
       })},
      {"File::read_all", file_scene([](File& file) { file.read_all(); })},
      {"MessagePipe::get", get_scene},
      {"MessagePipe::put", put_scene},
      {"sendfile", sendfile_scene},
      {"File::close", file_scene([](File& file) {
         auto reader = gnet::spawn([&file] { file.read_all(); });
         gnet::yield();
         const std::shared_ptr<void> end(nullptr, [&](void*) { reader.kill(); });
         file.close();
       })},
  };
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// Runs `blows` and compares what there is before and after.
template <typename F>
void leaves_nothing(F blows) {
  gnet::default_thread_pool().apply([] {});
  gnet::check_call({"true"});
  const std::size_t before = open_descriptors();
  blows();
  BOOST_TEST(test::eventually([] { return gnet::default_thread_pool().unfinished() == 0; }));
  BOOST_TEST(no_children());
  BOOST_TEST(test::eventually([&] { return open_descriptors() == before; }));
}

}  // namespace

BOOST_AUTO_TEST_CASE(while_a_fiber_waits) {
  leaves_nothing([] { try_every_blow(points(), When::while_it_waits); });
}

BOOST_AUTO_TEST_CASE(after_a_fiber_was_woken_and_before_it_runs) {
  leaves_nothing([] { try_every_blow(points(), When::after_it_was_woken); });
}

BOOST_AUTO_TEST_SUITE_END()
