#include "strata/support/claim.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "strata/support/files.hpp"
#include "strata/support/json.hpp"
#include "strata/support/system.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds kRenewal(15);
constexpr std::time_t kLease = 120;  // seconds
constexpr const char* kOwner = "owner";

std::string first_line(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

/// When a process of this pid namespace began, in the kernel's ticks; "" where it has ended, and
/// nothing where that cannot be seen.
std::optional<std::string> start_of(pid_t pid) {
  const std::string stat = first_line(fmt::format("/proc/{}/stat", pid));
  const size_t name_end = stat.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= 22 && fields >> field; ++i)
    if (i == 3 && (field == "Z" || field == "X")) return "";
  return field;
}

/// What tells whose pids are meant.
Json this_place() {
  std::error_code ignored;
  return {{"boot", first_line("/proc/sys/kernel/random/boot_id")},
          {"pid_namespace", fs::read_symlink("/proc/self/ns/pid", ignored).string()}};
}

Json self() {
  Json owner = this_place();
  owner["pid"] = ::getpid();
  owner["start"] = start_of(::getpid()).value_or("");
  return owner;
}

class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) sys::close(fd_);
  }
  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

OpenFile open_folder(const fs::path& path) {
  return OpenFile(sys::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

OpenFile open_owner(const fs::path& path) {
  return OpenFile(
      sys::open((path / kOwner).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

OpenFile open_owner_in(const OpenFile& folder) {
  return OpenFile(
      sys::open_in(folder.fd(), kOwner, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

struct stat facts_of(int fd) {
  struct stat facts {};
  ::fstat(fd, &facts);
  return facts;
}

std::string content_of(const OpenFile& file) {
  std::string text(4096, '\0');
  const ssize_t n = ::pread(file.fd(), text.data(), text.size(), 0);
  text.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return text;
}

/// Whether the process that an owner's file names is there; nothing where its pid says nothing
/// here.
std::optional<bool> process_lives(const OpenFile& owner) {
  const Json told = Json::parse(content_of(owner), nullptr, false);
  if (!told.is_object()) return std::nullopt;
  const Json here = this_place();
  for (const auto& [key, value] : here.items())
    if (told.value(key, Json()) != value) return std::nullopt;
  const Json pid = told.value("pid", Json());
  if (!pid.is_number_integer() || pid < 1 || pid > INT32_MAX) return std::nullopt;
  if (::kill(pid.get<pid_t>(), 0) != 0 && errno == ESRCH) return false;
  const auto start = start_of(pid.get<pid_t>());
  if (!start) return std::nullopt;  // there is one, which this user may not look at
  return told.value("start", Json()) == *start;
}

/// @param now  by the clock of the claim's file system
bool lives(const OpenFile& owner, std::time_t now) {
  return process_lives(owner).value_or(now - facts_of(owner.fd()).st_mtime <= kLease);
}

/// Whether the claim's owner is still this file.
bool is_owner(const fs::path& path, int file) {
  struct stat now {};
  const struct stat mine = facts_of(file);
  return ::stat((path / kOwner).c_str(), &now) == 0 && now.st_ino == mine.st_ino &&
         now.st_dev == mine.st_dev;
}

[[noreturn]] void fail(const fs::path& path) {
  throw RunError(fmt::format("cannot claim {}: {}", path.string(), std::strerror(errno)));
}

bool is_offer(const fs::path& path, const std::string& name) {
  return name.rfind(path.filename().string() + ".tmp-", 0) == 0;
}

/// A claim of this process's, ready to be moved into place.
class Offer {
 public:
  explicit Offer(const fs::path& path) {
    do {
      make_folder(path.parent_path());
      if (make(path)) return;
    } while (errno == ENOENT);  // another process took the empty folder for one left behind
    fail(path);
  }
  ~Offer() {
    sys::remove((folder_ / kOwner).c_str());
    sys::remove(folder_.c_str());
  }
  Offer(const Offer&) = delete;
  Offer& operator=(const Offer&) = delete;

  const fs::path& folder() const { return folder_; }
  /// What the file system took for the time when this was made.
  std::time_t now() const {
    struct stat facts {};
    return ::stat((folder_ / kOwner).c_str(), &facts) == 0 ? facts.st_mtime : 0;
  }

 private:
  /// False, with errno and nothing left behind, where it cannot be.
  bool make(const fs::path& path) {
    folder_ = temporary_name(path);
    if (sys::mkdir(folder_.c_str(), 0755) != 0) return false;
    const fs::path owner = folder_ / kOwner;
    const OpenFile file(open_temporary(owner.c_str()));
    errno = file.open() && sys::write_all(file.fd(), self().dump()) ? 0 : errno;
    if (errno == 0) return true;
    const int reason = errno;
    sys::remove(owner.c_str());
    sys::remove(folder_.c_str());
    errno = reason;
    return false;
  }
  fs::path folder_;
};

/// Removes the offers for a claim that processes left which were killed while they made them.
void remove_dead_offers(const fs::path& path, std::time_t now) {
  std::error_code ignored;
  for (const auto& entry : list_folder(path.parent_path(), ignored)) {
    if (!is_offer(path, entry.path().filename().string())) continue;
    const OpenFile folder = open_folder(entry.path());
    if (!folder.open()) continue;
    const OpenFile owner = open_owner_in(folder);
    if (owner.open() && !content_of(owner).empty() && lives(owner, now)) continue;
    if (owner.open()) sys::remove_in(folder.fd(), kOwner);
    sys::remove(entry.path().c_str());
  }
}

}  // namespace

/// What is held, with a thread that renews it.
struct Claim::Held {
  Held(fs::path where, int folder_fd, int owner_fd)
      : path(std::move(where)), folder(folder_fd), owner(owner_fd) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are the other threads' business
    renewal = std::thread([this] { renew(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~Held() {
    if (::getpid() == pid)
      give_up();
    else
      renewal.detach();  // a child that was forked holds nothing, and has no such thread
    sys::close(owner);
    sys::close(folder);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  void give_up() {
    {
      const std::lock_guard lock(mutex);
      over = true;
    }
    ended.notify_all();
    renewal.join();
    sys::remove_in(folder, kOwner);  // in the folder that was taken, whatever is there now
    sys::remove(path.c_str());       // but not where another has taken it since
  }

  void renew() {
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, kRenewal, [this] { return over; })) ::futimens(owner, nullptr);
  }

  fs::path path;
  int folder, owner;  // open
  pid_t pid = ::getpid();
  std::mutex mutex;
  std::condition_variable ended;
  bool over = false;
  std::thread renewal;
};

Claim::Claim(std::unique_ptr<Held> held) : held_(std::move(held)) {}
Claim::Claim(Claim&&) noexcept = default;
Claim::~Claim() = default;

std::optional<Claim> Claim::try_take(const fs::path& path) {
  if (const OpenFile owner = open_owner(path); owner.open() && process_lives(owner).value_or(false))
    return std::nullopt;  // known without writing anything
  while (true) {
    const Offer own(path);
    remove_dead_offers(path, own.now());
    if (const OpenFile folder = open_folder(path); folder.open()) {
      const OpenFile owner = open_owner_in(folder);
      if (owner.open()) {
        if (lives(owner, own.now())) return std::nullopt;
        sys::remove_in(folder.fd(), kOwner);  // of the very claim that is dead, should it be gone
      }
      sys::remove(path.c_str());  // which fails where another has taken it since
    }
    OpenFile folder = open_folder(own.folder());
    OpenFile owner = folder.open() ? open_owner_in(folder) : OpenFile(-1);
    const bool moved =
        folder.open() && owner.open() && sys::rename(own.folder().c_str(), path.c_str()) == 0;
    if (moved && is_owner(path, owner.fd()))
      return Claim(std::make_unique<Held>(path, folder.release(), owner.release()));
    if (!moved && (errno == ENOTEMPTY || errno == EEXIST)) return std::nullopt;
    if (!moved && errno != ENOENT) fail(path);
    // Another process took the offer for a dead one's, before its owner was written: once more.
  }
}

bool Claim::held(const fs::path& path) {
  const OpenFile owner = open_owner(path);
  return owner.open() && lives(owner, std::time(nullptr));
}

void Claim::check() const {
  if (!is_owner(held_->path, held_->owner))
    throw ClaimLost(fmt::format("another process has taken over {}", held_->path.string()));
}

}  // namespace strata
