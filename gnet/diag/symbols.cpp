#include "gnet/diag/symbols.h"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string_view>

#include "gnet/base/shorten.h"
#include "gnet/base/unique_fd.h"

namespace gnet::detail {
namespace {

constexpr std::size_t kLongestName = 160;  // templates know no limit

// A file of code, mapped to be read.
class Image {
 public:
  explicit Image(const char* path) {
    const UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!fd || fstat(fd.get(), &status) != 0 || status.st_size <= 0) return;
    void* mapped = mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE,
                        fd.get(), 0);
    if (mapped == MAP_FAILED) return;
    data_ = static_cast<const char*>(mapped);
    size_ = static_cast<std::size_t>(status.st_size);
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() {
    if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
  }

  // The function at an address, as the file counts them; empty if it is not known.
  [[nodiscard]] std::string_view function_at(std::uint64_t address) const {
    std::string_view found = look(SHT_SYMTAB, address);
    return found.empty() ? look(SHT_DYNSYM, address) : found;
  }

 private:
  // `count` objects at this place of the file; null if they are not all inside.
  template <typename T>
  [[nodiscard]] const T* at(std::uint64_t offset, std::uint64_t count = 1) const {
    if (offset > size_ || count > (size_ - offset) / sizeof(T)) return nullptr;
    return reinterpret_cast<const T*>(data_ + offset);
  }

  [[nodiscard]] std::string_view look(std::uint32_t table, std::uint64_t address) const {
    const auto* header = at<ElfW(Ehdr)>(0);
    if (header == nullptr || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return {};
    const auto* sections = at<ElfW(Shdr)>(header->e_shoff, header->e_shnum);
    if (sections == nullptr) return {};
    for (std::size_t i = 0; i < header->e_shnum; ++i) {
      const auto& section = sections[i];
      if (section.sh_type != table || section.sh_link >= header->e_shnum) continue;
      const auto& names = sections[section.sh_link];
      const std::size_t count = section.sh_size / sizeof(ElfW(Sym));
      const auto* symbols = at<ElfW(Sym)>(section.sh_offset, count);
      const auto* text = at<char>(names.sh_offset, names.sh_size);
      if (symbols == nullptr || text == nullptr) continue;
      for (std::size_t s = 0; s < count; ++s) {
        const auto& symbol = symbols[s];
        if ((symbol.st_info & 0xf) != STT_FUNC || symbol.st_name >= names.sh_size) continue;
        if (address - symbol.st_value >= symbol.st_size) continue;
        const char* name = text + symbol.st_name;
        return {name, strnlen(name, names.sh_size - symbol.st_name)};
      }
    }
    return {};
  }

  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

struct Place {
  std::string file;      // empty: the program itself, or nowhere
  std::uint64_t offset;  // as the file counts it
};

Place find_place(std::uint64_t address) {
  struct Search {
    std::uint64_t address;
    Place place;
  } search{address, {{}, address}};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        auto& wanted = *static_cast<Search*>(data);
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const auto& segment = info->dlpi_phdr[i];
          const std::uint64_t start = info->dlpi_addr + segment.p_vaddr;
          if (segment.p_type != PT_LOAD || wanted.address - start >= segment.p_memsz) continue;
          wanted.place.file = info->dlpi_name[0] != '\0' ? info->dlpi_name : "/proc/self/exe";
          wanted.place.offset = wanted.address - info->dlpi_addr;
          return 1;
        }
        return 0;
      },
      &search);
  return search.place;
}

std::string demangled(std::string_view name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      abi::__cxa_demangle(std::string(name).c_str(), nullptr, nullptr, &status), std::free);
  return shorten(readable ? std::string_view(readable.get()) : name, kLongestName);
}

}  // namespace

std::vector<std::string> symbolise(std::span<void* const> stack) {
  std::vector<std::string> lines;
  std::map<std::string, Image> images;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    // A return address may be the first of the next function.
    const Place place = find_place(reinterpret_cast<std::uint64_t>(stack[i]) - (i > 0 ? 1 : 0));
    std::string function;
    if (!place.file.empty()) {
      const Image& image = images.try_emplace(place.file, place.file.c_str()).first->second;
      function = demangled(image.function_at(place.offset));
    }
    const std::string_view file =
        place.file == "/proc/self/exe"
            ? std::string_view(program_invocation_short_name)
            : std::string_view(place.file).substr(place.file.rfind('/') + 1);
    lines.push_back(
        fmt::format("{} ({}+{:#x})", function.empty() ? "?" : function, file, place.offset));
  }
  return lines;
}

}  // namespace gnet::detail
