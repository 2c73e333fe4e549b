#pragma once
#include <climits>
#include <cstring>
#include <string>

#include "strata/support/system.hpp"

namespace strata::testing {

/// While one lives, the n-th call of a kind, counted from 1, and `times` in all from there on, fail
/// or take less.
class FailingCall {
 public:
  FailingCall(SystemCall call, CallFault fault, int nth = 1, int times = INT_MAX) {
    call_ = call, fault_ = fault, until_ = nth, left_ = times;
    set_call_hook(hook);
  }
  ~FailingCall() { set_call_hook(nullptr); }
  FailingCall(const FailingCall&) = delete;
  FailingCall& operator=(const FailingCall&) = delete;

 private:
  static CallFault hook(SystemCall call, const char*, int) {
    if (call != call_ || (until_ > 1 && until_-- > 1) || left_ == 0) return {};
    --left_;
    return fault_;
  }
  static inline SystemCall call_{};
  static inline CallFault fault_{};
  static inline int until_ = 0, left_ = 0;
};

/// While one lives, every call that names a path with this part in it fails.
class FailingPath {
 public:
  FailingPath(std::string part, int error) {
    part_ = std::move(part), error_ = error;
    set_call_hook(hook);
  }
  ~FailingPath() { set_call_hook(nullptr); }
  FailingPath(const FailingPath&) = delete;
  FailingPath& operator=(const FailingPath&) = delete;

 private:
  static CallFault hook(SystemCall, const char* path, int) {
    return path != nullptr && std::strstr(path, part_.c_str()) != nullptr ? CallFault{error_}
                                                                          : CallFault{};
  }
  static inline std::string part_;
  static inline int error_ = 0;
};

}  // namespace strata::testing
