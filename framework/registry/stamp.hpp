#pragma once
#include <string>
#include <string_view>

// The stamp of a plugin library: what must be the same in strata and the plugin, as lines
// "key=value". It lies in the library as an ELF note of owner "strata", so that it is read from the
// file before any of the plugin's code runs (opening a library already runs its constructors).

/// Raised whenever a header that plugins see changes so that one built before does not fit.
#define STRATA_INTERFACE 2

#define STRATA_STAMP_TEXT(x) STRATA_STAMP_TEXT_(x)
#define STRATA_STAMP_TEXT_(x) #x

#if defined(_GLIBCXX_USE_CXX11_ABI)
#define STRATA_STAMP_ABI "libstdc++, strings of C++11: " STRATA_STAMP_TEXT(_GLIBCXX_USE_CXX11_ABI)
#else
#define STRATA_STAMP_ABI "another C++ library than libstdc++"
#endif

#if defined(_GLIBCXX_DEBUG)
#define STRATA_STAMP_CONTAINERS "checked (_GLIBCXX_DEBUG)"
#else
#define STRATA_STAMP_CONTAINERS "plain"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define STRATA_STAMP_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define STRATA_STAMP_SANITIZER "thread"
#else
#define STRATA_STAMP_SANITIZER "none"
#endif

/// The stamp of what is being compiled; STRATA_TORCH_VERSION is the LibTorch that it is compiled
/// for, as text.
#define STRATA_STAMP \
  "strata's interface=" STRATA_STAMP_TEXT(STRATA_INTERFACE) "\n" \
  "LibTorch=" STRATA_TORCH_VERSION "\n"                  \
  "C++ ABI=" STRATA_STAMP_ABI "\n"                       \
  "containers=" STRATA_STAMP_CONTAINERS "\n"             \
  "sanitizer=" STRATA_STAMP_SANITIZER "\n"

namespace strata {

inline constexpr char stamp_owner[] = "strata";
inline constexpr unsigned stamp_type = 1;

/// The stamp in the bytes of an ELF shared library for this machine. Throws UserError with the
/// reason where the bytes are something else, are cut off, or hold no stamp.
std::string read_stamp(std::string_view library);

/// How a plugin's stamp differs from strata's own ("LibTorch 2.1.0, and this strata has 1.13.0"),
/// or
/// "" where it does not.
std::string stamp_difference(const std::string& plugin, const std::string& own);

}  // namespace strata
