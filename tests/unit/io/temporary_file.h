// A file that is there as long as the object.

#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>
#include <string_view>

namespace test {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content) : name_("/tmp/gnet-test.XXXXXX") {
    const int fd = mkstemp(name_.data());
    BOOST_TEST_REQUIRE(fd >= 0);
    ::close(fd);
    write(content);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { unlink(name_.c_str()); }

  void write(std::string_view content) const { std::ofstream(name_) << content; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
};

}  // namespace test
