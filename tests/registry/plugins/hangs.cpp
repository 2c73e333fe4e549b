// Never comes to its end, whatever signal asks for it.
#include <unistd.h>

#include <csignal>

#include "made.hpp"

namespace {
struct Hanging {
  Hanging() {
    for (const int signal : {SIGALRM, SIGTERM, SIGHUP, SIGINT}) std::signal(signal, SIG_IGN);
    while (true) ::pause();
  }
} hanging;
}  // namespace

STRATA_REGISTER(strata::Dataset, Made, "hangs");
