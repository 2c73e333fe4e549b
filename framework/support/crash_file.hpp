#pragma once
// What is written to a file should the process crash. Implemented in crash_file.cpp.
#include <array>
#include <csignal>
#include <filesystem>
#include <string>

namespace strata {

/// While one lives, a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) is seen before it ends the
/// process as it would have.
class CrashHandlers {
 public:
  CrashHandlers();
  ~CrashHandlers();
  CrashHandlers(const CrashHandlers&) = delete;
  CrashHandlers& operator=(const CrashHandlers&) = delete;

 private:
  std::array<struct sigaction, 5> former_;
};

/// Closes a file where the process crashes: the signal's handler can format nothing and allocate
/// nothing, so it writes what was prepared, then lets the signal end the process as it would have.
/// One at a time.
class CrashFile {
 public:
  explicit CrashFile(const std::filesystem::path& path);
  ~CrashFile();
  CrashFile(const CrashFile&) = delete;
  CrashFile& operator=(const CrashFile&) = delete;

  /// A crash from now on replaces the file by this text; its `mark`, where it holds one, becomes
  /// what happened: "Segmentation fault in layer encoder.0.1".
  void prepare(const std::string& text, const std::string& mark);

  /// A crash from now on writes nothing.
  void forget();

  /// While one lives, a crash says this, on standard error, before it ends the process.
  class Words {
   public:
    explicit Words(const std::string& text);
    ~Words();
    Words(const Words&) = delete;
    Words& operator=(const Words&) = delete;

   private:
    CrashHandlers handlers_;
  };

  /// While one lives, a crash is this layer's. The name must outlive it.
  class InLayer {
   public:
    explicit InLayer(const char* name);
    ~InLayer();
    InLayer(const InLayer&) = delete;
    InLayer& operator=(const InLayer&) = delete;
  };

 private:
  std::filesystem::path path_;
  CrashHandlers handlers_;
};

}  // namespace strata
