#pragma once
#include <filesystem>
#include <string>

namespace strata {

/// Closes a file where the process crashes (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT): the signal's
/// handler can format nothing and allocate nothing, so it writes what was prepared, then lets the
/// signal end the process as it would have. One at a time.
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
};

}  // namespace strata
