#include "strata/data/byte_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace strata {
namespace {

constexpr size_t buffer_size = size_t{1} << 18;
constexpr int window_bits_gzip = 15 + 16;  // zlib's way to ask for gzip, whose CRC it then checks

}  // namespace

UserError data_error(const std::string& path, uint64_t offset, const std::string& message) {
  return UserError(fmt::format("{}: at byte {}: {}", path, offset, message));
}

UserError data_error(const std::string& path, const std::string& message) {
  return UserError(fmt::format("{}: {}", path, message));
}

InputFile open_data_file(const std::string& path) try {
  return InputFile(path, UINT64_MAX);
} catch (const FileError& e) {
  throw data_error(path, e.reason);
}

ByteSource::ByteSource(const std::string& path)
    : file_(open_data_file(path)), buffer_(buffer_size) {
  if (file_.size() == 0) throw data_error(path, "the file is empty");
  fill();
  gzip_ = stream_.avail_in >= 2 && buffer_[0] == 0x1f && buffer_[1] == 0x8b;
  if (gzip_ && inflateInit2(&stream_, window_bits_gzip) != Z_OK)
    throw RunError(path + ": zlib could not be started");
}

ByteSource::~ByteSource() {
  if (gzip_) inflateEnd(&stream_);
}

void ByteSource::fill() try {
  const size_t got = file_.read(buffer_.data(), buffer_.size());
  stream_.next_in = buffer_.data();
  stream_.avail_in = static_cast<uInt>(got);
  file_offset_ += got;
} catch (const FileError& e) {
  throw data_error(path(), file_offset_, e.reason);
}

size_t ByteSource::read_plain(uint8_t* to, size_t size) {
  if (stream_.avail_in == 0) fill();
  const size_t taken = std::min<size_t>(size, stream_.avail_in);
  std::memcpy(to, stream_.next_in, taken);
  stream_.next_in += taken;
  stream_.avail_in -= static_cast<uInt>(taken);
  return taken;
}

// After a member's end: true where another one begins.
bool ByteSource::next_member() {
  if (stream_.avail_in == 0) fill();
  if (stream_.avail_in == 0) return false;
  if (stream_.next_in[0] != 0x1f) {
    throw data_error(
        path(), file_offset(),
        fmt::format("{} bytes follow the end of the gzip stream", file_.size() - file_offset()));
  }
  return inflateReset(&stream_) == Z_OK;
}

size_t ByteSource::inflate_into(uint8_t* to, size_t size) {
  if (ended_) return 0;
  stream_.next_out = to;
  stream_.avail_out = static_cast<uInt>(size);
  while (stream_.avail_out > 0) {
    if (stream_.avail_in == 0) fill();
    if (stream_.avail_in == 0) {
      throw data_error(path(), file_offset(),
                       "the file ends within the gzip stream: it was cut off");
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      if (next_member()) continue;
      ended_ = true;
      break;
    }
    if (status != Z_OK && status != Z_BUF_ERROR) {
      throw data_error(path(), file_offset(),
                       fmt::format("broken gzip stream ({})",
                                   stream_.msg != nullptr ? stream_.msg : zError(status)));
    }
  }
  return size - stream_.avail_out;
}

size_t ByteSource::read(void* to, size_t size) {
  auto* out = static_cast<uint8_t*>(to);
  size_t done = 0;
  while (done < size) {  // in pieces that stay in the cache for the hash
    const size_t piece = std::min(size - done, buffer_size);
    const size_t got = gzip_ ? inflate_into(out + done, piece) : read_plain(out + done, piece);
    if (got == 0) break;
    hash_.update(out + done, got);
    done += got;
    offset_ += got;
  }
  return done;
}

void ByteSource::expect_end() {
  const uint64_t end = offset_;
  uint8_t byte = 0;
  if (read(&byte, 1) == 0) return;
  if (!gzip_) {
    throw data_error(path(), end,
                     fmt::format("{} bytes follow the end of the data", file_.size() - end));
  }
  throw data_error(path(), end, "the decompressed content goes on after the end of the data");
}

uint64_t ByteSource::most_bytes() const {
  if (!gzip_) return file_.size() - offset_;
  return std::min(max_file_content, file_.size() * 1032);
}

}  // namespace strata
