#pragma once
// The bytes of a file, gzip or not. Implemented in byte_source.cpp.
#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"

namespace strata {

/// The most that one file of data may hold once decompressed: 4 GiB. More is taken for a mistake.
inline constexpr uint64_t max_file_content = uint64_t{1} << 32;

/// "PATH: at byte OFFSET: MESSAGE".
UserError data_error(const std::string& path, uint64_t offset, const std::string& message);
/// "PATH: MESSAGE".
UserError data_error(const std::string& path, const std::string& message);

/// A file of data, of any size but empty.
InputFile open_data_file(const std::string& path);

/// The content of a file, decompressed where it is gzip (RFC 1952, told by its first two bytes, not
/// by its name; several members are one content), read from front to end once. Every checksum of
/// gzip is checked. Errors are UserErrors naming the file and the offset.
class ByteSource {
 public:
  /// Opens the file as open_data_file() does.
  explicit ByteSource(const std::string& path);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Reads the next `size` bytes, fewer only at the end of the content.
  size_t read(void* to, size_t size);
  /// Refuses content that goes on.
  void expect_end();

  std::string path() const { return file_.path().string(); }
  bool gzip() const { return gzip_; }
  uint64_t offset() const { return offset_; }  ///< in the decompressed content
  /// No more than this can follow, by the size of the file: deflate packs at most 1032 to 1.
  uint64_t most_bytes() const;
  /// SHA-256 of the decompressed content read so far. Call once, last.
  std::string sha256() { return hash_.hex(); }

 private:
  void fill();
  size_t read_plain(uint8_t* to, size_t size);
  size_t inflate_into(uint8_t* to, size_t size);
  bool next_member();
  uint64_t file_offset() const { return file_offset_ - stream_.avail_in; }

  InputFile file_;
  bool gzip_ = false;
  bool ended_ = false;        // gzip: after the last member
  uint64_t file_offset_ = 0;  // bytes of the file taken into buffer_
  uint64_t offset_ = 0;
  std::vector<uint8_t> buffer_;
  z_stream stream_{};
  Sha256 hash_;
};

}  // namespace strata
