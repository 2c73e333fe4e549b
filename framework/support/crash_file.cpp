#include "strata/support/crash_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "strata/support/files.hpp"
#include "strata/support/print.hpp"
#include "strata/support/system.hpp"

namespace strata {
namespace {

constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

struct Prepared {
  std::string path, temporary, before, after, shown_path;
};

std::atomic<Prepared*> prepared{nullptr};
std::atomic<const char*> layer{nullptr};
std::atomic<const char*> last_words{nullptr};

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

bool put(int fd, const char* text, size_t size) {
  while (size > 0) {
    const ssize_t n = sys::write(fd, text, size);
    if (n <= 0) return false;
    text += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

bool put(int fd, const std::string& text) {
  return put(fd, text.data(), text.size());
}

bool put_event(int fd, int signal) {
  const char* name = layer.load();
  return put(fd, words(signal), std::strlen(words(signal))) &&
         (name == nullptr || (put(fd, " in layer ", 10) && put(fd, name, std::strlen(name))));
}

void replace_file(const Prepared& file, int signal) {
  const int fd = open_temporary(file.temporary.c_str());
  if (fd < 0) return;
  const bool written =
      put(fd, file.before) && put_event(fd, signal) && put(fd, file.after) && sys::sync(fd) == 0;
  const bool closed = sys::close(fd) == 0;
  if (!written || !closed || sys::rename(file.temporary.c_str(), file.path.c_str()) != 0)
    sys::remove(file.temporary.c_str());
}

extern "C" void on_crash(int signal) {
  std::signal(signal, SIG_DFL);
  if (const char* text = last_words) {
    put(STDERR_FILENO, text, std::strlen(text));
    put_event(STDERR_FILENO, signal);
    put(STDERR_FILENO, "\n", 1);
  }
  if (const Prepared* file = prepared.exchange(nullptr)) {
    replace_file(*file, signal);
    put(STDERR_FILENO, "strata: error: the run crashed: ", 32);
    put_event(STDERR_FILENO, signal);
    put(STDERR_FILENO, "\n  record: ", 11);
    put(STDERR_FILENO, file->shown_path);
    put(STDERR_FILENO, "\n", 1);
  }
  ::raise(signal);
}

}  // namespace

CrashHandlers::CrashHandlers() {
  static std::array<char, 1 << 16> stack;  // for a crash by overflow of the thread's own
  stack_t alternative{};
  alternative.ss_sp = stack.data();
  alternative.ss_size = stack.size();
  ::sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &former_[i]);
}

CrashHandlers::~CrashHandlers() {
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &former_[i], nullptr);
}

CrashFile::CrashFile(const std::filesystem::path& path) : path_(path) {}

CrashFile::~CrashFile() {
  forget();
}

CrashFile::Words::Words(const std::string& text) {
  last_words = ::strdup(printable(text).c_str());
}
CrashFile::Words::~Words() {
  std::free(const_cast<char*>(last_words.exchange(nullptr)));
}

void CrashFile::prepare(const std::string& text, const std::string& mark) {
  const size_t at = std::min(text.find(mark), text.size());
  const size_t rest = std::min(at + mark.size(), text.size());
  delete prepared.exchange(new Prepared{path_.string(), temporary_name(path_), text.substr(0, at),
                                        text.substr(rest), printable(path_.string())});
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
