#include "strata/support/free_cores.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace strata {
namespace {

/// The tasks that run or want to, on Linux; 1 elsewhere.
int running_tasks() {
  std::ifstream in("/proc/stat");
  for (std::string key; in >> key; in.ignore(1 << 16, '\n')) {
    int tasks = 0;
    if (key == "procs_running" && in >> tasks) return tasks;
  }
  return 1;
}

int machine_cores() {
  return static_cast<int>(std::thread::hardware_concurrency());
}

/// Of this process's threads, those that run or want to.
int own_running() {
  int running = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator task("/proc/self/task", error), end;
       !error && task != end; task.increment(error)) {
    std::ifstream in(task->path() / "stat");
    std::string stat;
    std::getline(in, stat);
    const size_t name_end = stat.rfind(')');  // the name may hold anything
    if (name_end != std::string::npos && stat.compare(name_end, 3, ") R") == 0) ++running;
  }
  return std::max(1, running);
}

template <size_t N>
int middle_of(std::array<int, N> looks) {
  std::sort(looks.begin(), looks.end());
  return looks[N / 2];
}

int measured() {
  std::array<int, 5> looks{};
  for (int& look : looks) {
    look = cores_left(machine_cores(), running_tasks(), 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return middle_of(looks);
}

}  // namespace

int cores_left(int cores, int running, int own) {
  return std::max(1, cores - std::max(0, running - own));
}

int free_cores() {
  static const int cores = measured();
  return cores;
}

int FreeCores::now() {
  const Clock::time_point now = Clock::now();
  if (now - last_ >= std::chrono::milliseconds(500)) {
    last_ = now;
    looks_[next_++ % looks_.size()] = cores_left(machine_cores(), running_tasks(), own_running());
  }
  return middle_of(looks_);
}

}  // namespace strata
