#include "strata/support/crash_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace strata {
namespace {

constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

struct Prepared {
  std::string path, temporary, before, after;
};

std::atomic<Prepared*> prepared{nullptr};
std::atomic<const char*> layer{nullptr};
std::array<struct sigaction, kSignals.size()> former;

/// strsignal() may allocate.
const char* words(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "Segmentation fault";
    case SIGBUS:
      return "Bus error";
    case SIGFPE:
      return "Floating point exception";
    case SIGILL:
      return "Illegal instruction";
    default:
      return "Aborted";
  }
}

void put(int fd, const char* text, size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(fd, text, size);
    if (n <= 0) return;
    text += n;
    size -= static_cast<size_t>(n);
  }
}

void put_event(int fd, int signal) {
  put(fd, words(signal), std::strlen(words(signal)));
  const char* name = layer.load();
  if (name == nullptr) return;
  put(fd, " in layer ", 10);
  put(fd, name, std::strlen(name));
}

extern "C" void on_crash(int signal) {
  std::signal(signal, SIG_DFL);
  if (const Prepared* file = prepared.exchange(nullptr)) {
    const int fd = ::open(file->temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0) {
      put(fd, file->before.data(), file->before.size());
      put_event(fd, signal);
      put(fd, file->after.data(), file->after.size());
      if (::fsync(fd) == 0) std::rename(file->temporary.c_str(), file->path.c_str());
      ::close(fd);
    }
    put(STDERR_FILENO, "strata: error: the run crashed: ", 32);
    put_event(STDERR_FILENO, signal);
    put(STDERR_FILENO, "\n  record: ", 11);
    put(STDERR_FILENO, file->path.data(), file->path.size());
    put(STDERR_FILENO, "\n", 1);
  }
  ::raise(signal);
}

}  // namespace

CrashFile::CrashFile(const std::filesystem::path& path) : path_(path) {
  static std::array<char, 1 << 16> stack;  // for a crash by overflow of the thread's own
  stack_t alternative{};
  alternative.ss_sp = stack.data();
  alternative.ss_size = stack.size();
  ::sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &former[i]);
}

CrashFile::~CrashFile() {
  forget();
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &former[i], nullptr);
}

void CrashFile::prepare(const std::string& text, const std::string& mark) {
  const size_t at = std::min(text.find(mark), text.size());
  const size_t rest = std::min(at + mark.size(), text.size());
  delete prepared.exchange(new Prepared{path_.string(),
                                        path_.string() + ".tmp-" + std::to_string(::getpid()),
                                        text.substr(0, at), text.substr(rest)});
}

void CrashFile::forget() {
  delete prepared.exchange(nullptr);
}

CrashFile::InLayer::InLayer(const char* name) {
  layer = name;
}
CrashFile::InLayer::~InLayer() {
  layer = nullptr;
}

}  // namespace strata
