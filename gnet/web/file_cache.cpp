#include "gnet/web/file_cache.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <list>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gnet/fiber/scheduler.h"
#include "gnet/os/page_cache.h"

namespace gnet::web::detail {
namespace {

using FilePtr = std::shared_ptr<KnownFile>;

constexpr std::size_t kMostFiles = 1024;  // of all hubs together
constexpr rlim_t kShare = 8;              // so many others for each of them

std::atomic<std::size_t> files_open{0};

std::size_t most_files() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur / kShare, kMostFiles));
}

bool is_same(const timespec& a, const timespec& b) noexcept {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// Whether what is open is still what its name stands for, as far as the file itself can tell.
bool is_current(const KnownFile& file) noexcept {
  struct stat now {};
  const struct stat& then = file.status;
  return fstat(file.fd.get(), &now) == 0 && now.st_nlink != 0 && now.st_size == then.st_size &&
         now.st_mode == then.st_mode && is_same(now.st_ctim, then.st_ctim) &&
         is_same(now.st_mtim, then.st_mtim);
}

// Whether another change would have another time: one tick has passed since the last, of which
// kernels have at least 100 a second, or the two seconds in which FAT counts.
bool is_settled(const struct stat& status) noexcept {
  constexpr std::int64_t kTick = 20'000'000;
  constexpr std::int64_t kCoarse = 2'500'000'000;
  constexpr long kCoarseUnit = 10'000'000;
  timespec now{};
  if (clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0) return false;
  const timespec& then = status.st_ctim;
  const std::int64_t age =
      (now.tv_sec - then.tv_sec) * std::int64_t{1'000'000'000} + (now.tv_nsec - then.tv_nsec);
  return age > (then.tv_nsec % kCoarseUnit == 0 ? kCoarse : kTick);
}

// The files of one FileCache on this hub, the one looked up first in front.
class Table {
 public:
  Table(std::uint64_t cache, std::uint64_t generation) noexcept
      : cache_(cache), generation_(generation) {}
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  ~Table() { clear(); }

  [[nodiscard]] std::uint64_t cache() const noexcept { return cache_; }
  [[nodiscard]] bool empty() const noexcept { return files_.empty(); }

  void require(std::uint64_t generation) noexcept {
    if (generation_ == generation) return;
    clear();
    generation_ = generation;
  }

  [[nodiscard]] FilePtr find(std::string_view path) const {
    const auto found = index_.find(path);
    return found == index_.end() ? nullptr : *found->second;
  }

  void erase(std::string_view path) noexcept {
    const auto found = index_.find(path);
    if (found == index_.end()) return;
    const auto file = found->second;
    index_.erase(found);
    files_.erase(file);
    --files_open;
  }

  void add(const FilePtr& file) {
    erase(file->path);  // another fiber was quicker
    while (files_open >= most_files()) {
      if (files_.empty()) return;
      erase(files_.front()->path);
    }
    const auto at = files_.insert(files_.end(), file);
    try {
      index_.emplace(file->path, at);
    } catch (...) {
      files_.erase(at);
      throw;
    }
    ++files_open;
  }

  // When the next is as old as that; nothing if there is none.
  [[nodiscard]] std::optional<TimePoint> oldest() const noexcept {
    return files_.empty() ? std::nullopt : std::optional(files_.front()->since);
  }

  void drop_until(TimePoint time) noexcept {
    while (!files_.empty() && files_.front()->since <= time) erase(files_.front()->path);
  }
  void clear() noexcept {
    while (!files_.empty()) erase(files_.front()->path);
  }

 private:
  std::uint64_t cache_;
  std::uint64_t generation_;
  std::list<FilePtr> files_;
  std::unordered_map<std::string_view, std::list<FilePtr>::iterator> index_;  // by their own paths
};

thread_local bool tables_gone = false;

// All tables of a hub, and the timer that ends what is in them: there is none while they are empty.
class Tables : Timer {
 public:
  Tables() noexcept : Timer([](Timer& timer) noexcept { static_cast<Tables&>(timer).sweep(); }) {
    keeps_alive = false;
  }
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;
  ~Tables() {
    tables_gone = true;
    auto* const hub = gnet::detail::Scheduler::current_if_any();
    if (hub != nullptr) hub->disarm(*this);
  }

  // Null at the end of the thread.
  static Tables* mine() {
    if (tables_gone) return nullptr;
    thread_local Tables tables;
    return &tables;
  }

  Table& of(std::uint64_t cache, std::uint64_t generation) {
    for (const auto& table : tables_) {
      if (table->cache() != cache) continue;
      table->require(generation);
      return *table;
    }
    tables_.push_back(std::make_unique<Table>(cache, generation));
    return *tables_.back();
  }

  void end_after(Duration age) {
    age_ = std::max(age_, age);
    auto& hub = gnet::detail::Scheduler::current();
    if (!armed()) hub.arm(*this, hub.now() + age_);
  }

  // False: there was nothing.
  bool give_up() noexcept {
    const std::size_t before = files_open;
    tables_.clear();
    return files_open < before;
  }

 private:
  void sweep() noexcept {
    auto& hub = gnet::detail::Scheduler::current();
    const TimePoint now = hub.now();
    TimePoint next = TimePoint::max();
    for (const auto& table : tables_) {
      table->drop_until(now - age_);
      if (const auto oldest = table->oldest()) next = std::min(next, *oldest + age_);
    }
    std::erase_if(tables_, [](const auto& table) { return table->empty(); });
    // Not one after the other when there are many.
    if (!tables_.empty()) hub.arm(*this, std::max(next, now + age_ / 4));
  }

  std::vector<std::unique_ptr<Table>> tables_;
  Duration age_{};
};

std::uint64_t next_id() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

bool is_lack_of_descriptors(const std::error_code& code) noexcept {
  return code == std::errc::too_many_files_open || code == std::errc::too_many_files_open_in_system;
}

}  // namespace

FileCache::FileCache(Directory directory, Options options)
    : directory_(std::move(directory)), options_(options), id_(next_id()) {}

std::size_t FileCache::open_files() noexcept {
  return files_open;
}

std::shared_ptr<KnownFile> FileCache::open(std::string path, Absence* why) const {
  const std::uint64_t generation = generation_;
  auto& hub = gnet::detail::Scheduler::current();
  if (Tables* const tables = Tables::mine()) {
    Table& table = tables->of(id_, generation);
    if (auto file = table.find(path)) {
      if (hub.now() - file->since < options_.age && is_current(*file)) {
        if (why != nullptr) *why = Absence::none;
        file->settled = file->settled || is_settled(file->status);
        return file;
      }
      table.erase(path);
    }
  }
  const TimePoint asked = hub.now();
  auto file = look_up(std::move(path), why);
  Tables* const tables = Tables::mine();
  if (!file || file->is_folder() || tables == nullptr) return file;
  file->since = asked;
  tables->of(id_, generation_).add(file);
  tables->end_after(options_.age);
  return file;
}

std::shared_ptr<KnownFile> FileCache::look_up(std::string path, Absence* why) const {
  std::optional<OpenFile> opened;
  try {
    opened = directory_.open(path, why);
  } catch (const std::system_error& error) {
    Tables* const tables = Tables::mine();
    if (!is_lack_of_descriptors(error.code()) || tables == nullptr || !tables->give_up()) throw;
    opened = directory_.open(path, why);
  }
  if (!opened) return nullptr;
  return std::make_shared<KnownFile>(KnownFile{std::move(*opened), std::move(path)});
}

// It is read when it is asked for again, right after it was found to be as it was: if it has
// changed since, so has its time, which the next who asks will see.
const std::string* FileCache::content(KnownFile& file) const {
  if (!file.content.empty()) return &file.content;
  const std::uint64_t size = file.size();
  if (!file.settled || size == 0 || size > options_.content) return nullptr;
  std::string text(size, '\0');
  for (std::size_t there = 0; there < size;) {
    const std::size_t count = gnet::detail::read_cached(file.fd.get(), text.data() + there,
                                                        size - there, static_cast<off_t>(there));
    if (count == 0) return nullptr;
    there += count;
  }
  if (file.content.empty()) file.content = std::move(text);
  return &file.content;
}

}  // namespace gnet::web::detail
