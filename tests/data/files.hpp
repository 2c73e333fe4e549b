#pragma once
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "folder.hpp"
#include "strata/support/errors.hpp"

/// Files that the tests of data write.
namespace strata::test {

namespace fs = std::filesystem;

using testing::TemporaryFolder;

/// An environment variable (no value: unset) for the length of a test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) {
      had_ = true;
      old_ = old;
    }
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  ~Environment() { had_ ? setenv(name_, old_.c_str(), 1) : unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  bool had_ = false;
  std::string old_;
};

/// One gzip member (RFC 1952).
inline std::string gzip(const std::string& content, int level = 6) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// The bytes of an IDX file, with sizes and data as given, whether they fit or not.
inline std::string idx(const std::vector<uint32_t>& sizes, const std::string& data,
                       char type = 0x08) {
  std::string bytes{'\0', '\0', type, static_cast<char>(sizes.size())};
  for (const uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  }
  return bytes + data;
}

/// The bytes of a .npy file of version 1.
inline std::string npy(const std::string& header, const std::string& data) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + data;
}

inline std::string with_byte(std::string bytes, size_t position, char value) {
  bytes.at(position) = value;
  return bytes;
}

/// The message of the UserError that `call` throws; "nothing was thrown" where none is.
inline std::string user_error(const std::function<void()>& call) {
  try {
    call();
  } catch (const UserError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

/// The message without "PATH: " at its front; the whole where it does not begin so.
inline std::string without_path(const std::string& message, const std::string& path) {
  const std::string start = path + ": ";
  return message.compare(0, start.size(), start) == 0 ? message.substr(start.size()) : message;
}

}  // namespace strata::test
