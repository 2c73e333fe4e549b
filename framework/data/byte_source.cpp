#include "strata/data/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
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

int open_data_file(const std::string& path, uint64_t& size) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) throw data_error(path, std::strerror(errno));
  if (S_ISDIR(info.st_mode)) throw data_error(path, "this is a folder, expected a file");
  if (!S_ISREG(info.st_mode)) throw data_error(path, "this is no regular file");
  if (info.st_size == 0) throw data_error(path, "the file is empty");
  size = static_cast<uint64_t>(info.st_size);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw data_error(path, std::strerror(errno));
  return fd;
}

ByteSource::ByteSource(std::string path) : path_(std::move(path)), buffer_(buffer_size) {
  fd_ = open_data_file(path_, file_size_);
  try {
    fill();
  } catch (...) {
    ::close(fd_);
    throw;
  }
  gzip_ = stream_.avail_in >= 2 && buffer_[0] == 0x1f && buffer_[1] == 0x8b;
  if (gzip_ && inflateInit2(&stream_, window_bits_gzip) != Z_OK) {
    ::close(fd_);
    throw RunError(path_ + ": zlib could not be started");
  }
}

ByteSource::~ByteSource() {
  if (gzip_) inflateEnd(&stream_);
  ::close(fd_);
}

void ByteSource::fill() {
  ssize_t got = 0;
  do {
    got = ::read(fd_, buffer_.data(), buffer_.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw data_error(path_, file_offset_, std::strerror(errno));
  stream_.next_in = buffer_.data();
  stream_.avail_in = static_cast<uInt>(got);
  file_offset_ += static_cast<uint64_t>(got);
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
        path_, file_offset(),
        fmt::format("{} bytes follow the end of the gzip stream", file_size_ - file_offset()));
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
      throw data_error(path_, file_offset(),
                       "the file ends within the gzip stream: it was cut off");
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      if (next_member()) continue;
      ended_ = true;
      break;
    }
    if (status != Z_OK && status != Z_BUF_ERROR) {
      throw data_error(path_, file_offset(),
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
    throw data_error(path_, end,
                     fmt::format("{} bytes follow the end of the data", file_size_ - end));
  }
  throw data_error(path_, end, "the decompressed content goes on after the end of the data");
}

uint64_t ByteSource::most_bytes() const {
  if (!gzip_) return file_size_ - offset_;
  return std::min(max_file_content, file_size_ * 1032);
}

}  // namespace strata
